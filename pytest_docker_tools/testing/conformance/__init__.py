"""The conformance suite for drivers."""
