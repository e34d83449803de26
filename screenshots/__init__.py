"""Screenshots of the app, made by make.py."""
