"""What is lent and borrowed: its days and hours, what is free, and who has a part in it."""
