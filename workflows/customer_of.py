"""Whom a playbook is about: the customer whose limits, daytime and holidays count."""

from __future__ import annotations

from workflows.action import Record


class CustomerOf(Record):
    """Which customer a run is about, and where they live."""

    #: What tells them from others, best the address everybody writes to: "{{ invoice.email }}".
    id: str
    #: Their IANA time zone: "{{ customer.zone }}". Empty, or none there is: the company's.
    zone: str = ""
    #: Whose public holidays they keep, by ISO code: "{{ customer.country }}". Empty, or none there is: those of
    #: `customers` in company.yml.
    country: str = ""
    #: A part of the country with holidays of its own, by its ISO code: `CA`, `BY`.
    region: str = ""
