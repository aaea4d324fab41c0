"""How much memory there is: the least of what the machine, a container and a limit say."""

import resource

import pytest

from hmbc.runtime import machine_memory as module
from hmbc.runtime.machine_memory import machine_memory

GB = 1 << 30


@pytest.fixture
def unlimited(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.mark.parametrize("name", module.LIMITS)
def test_a_container_has_less_than_the_machine(tmp_path, unlimited, name):
    machine = machine_memory(tmp_path)
    assert machine is not None
    assert machine > 1 << 20
    place = tmp_path / name
    place.parent.mkdir(parents=True)
    for text, wanted in (("1048576\n", 1 << 20), ("max\n", machine), (f"{1 << 60}\n", machine), ("0", machine)):
        place.write_text(text)
        assert machine_memory(tmp_path) == wanted


def test_a_limit_of_the_process_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (3 << 20, resource.RLIM_INFINITY))
    assert machine_memory(tmp_path) == 3 << 20


def test_a_system_may_not_say(tmp_path, unlimited, monkeypatch):
    monkeypatch.delattr(module.os, "sysconf")
    assert machine_memory(tmp_path) is None
