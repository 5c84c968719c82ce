"""What a run says on the terminal besides what pytest does."""
