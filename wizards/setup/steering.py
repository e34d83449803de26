"""Keys that steer the interview itself; no blueprint has them."""

HAS_DATABASE = "setup.database"
SECRET_NAMES = "setup.secrets"
SHOWN_APIS = "setup.apis"
SHOWN_GRANTS = "setup.grants"
SHOWN_CONNECTIONS = "setup.connections"
