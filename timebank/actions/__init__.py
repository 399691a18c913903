"""What people, stewards and other banks can do."""
