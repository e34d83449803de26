"""The faces of Tarmac: command line, full screen and inline prompts."""

__version__ = "0.1.0"
