import pytest

from tests.sandbox.client import Client
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.fixture
def client(sandbox: SandboxAddress) -> Client:
    return Client(sandbox.url)
