"""The migration console on the screen."""
