from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.unit.workflows.builders import COMPANY


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("U-ANA", ["U-ANA"]),
        ("finance", ["U-CEM", "U-DORA"]),
        ("closers", ["U-BEN", "U-CEM"]),
        ("owner", ["U-OLGA"]),
        ("legal", []),
        ("U-EVE", []),
        ("", []),
    ],
)
def test_a_name_means_a_person_a_role_a_group_or_the_owner(name: str, ids: list[str]) -> None:
    """Unknown means nobody, never everybody."""
    assert [person.id for person in COMPANY.members(name)] == ids


def test_a_role_called_owner_joins_the_owner() -> None:
    """Owners by role sign beside the owner."""
    cem = next(person for person in COMPANY.people if person.id == "U-CEM")
    two = COMPANY.model_copy(
        update={"people": (cem.model_copy(update={"roles": ("owner",)}), *COMPANY.people[4:])}
    )
    assert [person.id for person in two.members("owner")] == ["U-CEM", "U-OLGA"]


@pytest.mark.parametrize(
    ("person_id", "expected"),
    [
        ("U-OLGA", True),
        ("U-ADA", True),
        ("U-ANA", False),
        ("U-GIL", False),
        ("U-INA", False),
        ("U-EVE", False),
    ],
)
def test_admins_are_the_owner_and_current_staff_with_that_role(
    person_id: str, *, expected: bool
) -> None:
    """A guest or somebody who left has no power whatever the file still says."""
    assert COMPANY.is_admin(person_id) is expected


def test_people_are_found_by_id_and_strangers_are_not() -> None:
    """What nobody of the company did is said to be Sayso's."""
    assert COMPANY.name_of("U-ANA") == "Ana"
    assert COMPANY.person("U-EVE") is None
    assert COMPANY.name_of("clock") == "Sayso"


@pytest.mark.parametrize(
    ("name", "channel"), [("sales", "C-SALES"), ("#sales", "C-SALES"), ("C-OTHER", "C-OTHER")]
)
def test_a_channel_is_named_or_given_by_id(name: str, channel: str) -> None:
    """A name that is not listed is taken as an id."""
    assert COMPANY.channel(name) == channel


def test_the_zone_is_an_iana_zone() -> None:
    """A zone that does not exist is refused with an example."""
    assert COMPANY.tz.key == "Europe/Madrid"
    with pytest.raises(ValidationError, match="is not an IANA time zone, like Europe/Lisbon"):
        COMPANY.model_validate({**COMPANY.model_dump(), "zone": "Lisbon"})
