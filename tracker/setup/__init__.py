"""Setting up: run by the system's python3 before `.venv` exists, so standard library only."""
