"""The load: signed-in people of all roles, each doing something every ten seconds, over real HTTP (docs: operations)."""
