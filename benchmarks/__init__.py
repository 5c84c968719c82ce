"""Times this library side by side with the reference, and with shell scripts that do the same work."""
