"""What was generated, really built and run: a Docker of our own on a machine that has none."""
