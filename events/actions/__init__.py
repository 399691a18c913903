"""What people and peers can do: one function per thing, one transaction each."""
