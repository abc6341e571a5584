"""What the end-to-end tests stand on: a real daemon, stubs made from our proto files, providers."""
