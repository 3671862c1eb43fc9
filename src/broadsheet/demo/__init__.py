"""The sample newsroom, made only through actions."""
