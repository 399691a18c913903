"""`./run demo`: three neighbouring nodes on this machine, filled with the labelled kit of `config/demo_kit`."""
