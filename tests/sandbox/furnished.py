"""A state with one usable project in it, for tests that must not wait for propagation first."""

from pathlib import Path

from sandbox import projects
from sandbox.cloudsql import effects, settings
from sandbox.iam import policies
from sandbox.services import cloudbilling, resource_manager
from sandbox.world import World

NUMBER = 415104041262
APIS = (
    "artifactregistry",
    "cloudbuild",
    "compute",
    "iam",
    "logging",
    "orgpolicy",
    "run",
    "secretmanager",
    "sqladmin",
)


def furnish(world: World) -> None:
    """Put the paid project ``notes-prod`` in, with every imitated API usable since long ago."""
    cloudbilling.found(world.store)
    assert world.store.next("project-numbers", resource_manager.FIRST_NUMBER) == NUMBER
    project = {
        "id": "notes-prod",
        "number": str(NUMBER),
        "name": "Notes",
        "labels": {},
        "parent": "",
        "state": "ACTIVE",
        "created": 0.0,
        "updated": 0.0,
        "deleted": None,
        "serial": 1,
        "billing": f"billingAccounts/{cloudbilling.OPEN}",
    }
    world.store.put("project", "notes-prod", project)
    world.store.put("project-number", str(NUMBER), {"id": "notes-prod"})
    owner = {"role": "roles/owner", "members": ["user:owner@sandbox.example"]}
    policies.replace(world, "projects/notes-prod", [owner])
    for name in APIS:
        projects.switch_on(world, "notes-prod", f"{name}.googleapis.com", since=0.0)


def furnish_instance(world: World) -> None:
    """Put an instance in that has no server behind it."""
    chosen = settings.complete({"tier": "db-f1-micro", "edition": "ENTERPRISE"}, "POSTGRES_16")
    instance = {
        "project": "notes-prod",
        "name": "notes-db",
        "region": "us-central1",
        "created": 0.0,
        "databaseVersion": "POSTGRES_16",
        "state": "RUNNABLE",
        "zone": "us-central1-a",
        "settings": chosen,
    }
    world.store.put(effects.INSTANCE, "notes-prod/notes-db", instance, "notes-prod")


def furnish_state(state: Path) -> None:
    """Do so in a state folder in which no sandbox runs."""
    state.mkdir(mode=0o700)
    world = World(state, speed=1.0)
    furnish(world)
    world.close()
