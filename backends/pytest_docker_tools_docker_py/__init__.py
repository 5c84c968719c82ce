"""The driver over the docker-py library."""
