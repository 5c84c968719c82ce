"""What becomes of a failing test: what its report says of containers, and what is kept of them."""
