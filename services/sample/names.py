"""Names put together by chance from given names and family names, in several scripts; nobody in particular.

Each name stands beside its Latin spelling, which the invented address is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

Spelled = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Culture:
    """Names of one script, the zones its people live in, and whether the family name comes first, without a space."""

    given: tuple[Spelled, ...]
    family: tuple[Spelled, ...]
    zones: tuple[str, ...]
    family_first: bool = False


def _same(words: str) -> tuple[Spelled, ...]:
    return tuple((word, word) for word in words.split())


def _pairs(words: str) -> tuple[Spelled, ...]:
    return tuple((left, right) for left, _, right in (word.partition("=") for word in words.split()))


CULTURES = (
    Culture(
        _same("Maren Tilda Edwin Osric Liv Jonas Greta Hanno Ines Corin Thea Ruben"),
        _same("Vandermoor Eastlake Halloway Brandis Nyqvist Ferrow Lindgate Osterholm Pellworm Quill"),
        ("Europe/London", "Europe/Berlin", "Europe/Stockholm"),
    ),
    Culture(
        _pairs("Zoë=Zoe Siân=Sian Łucja=Lucja Øyvind=Oyvind Inês=Ines François=Francois Žofie=Zofie Ülo=Ulo"),
        _pairs("Brązowska=Brazowska Dvořákov=Dvorakov Müllwitz=Mullwitz Núñarro=Nunarro Åkerdal=Akerdal Şenova=Senova"),
        ("Europe/Warsaw", "Europe/Lisbon", "Europe/Paris"),
    ),
    Culture(
        _pairs("Олеся=Olesia Данило=Danylo Мирослава=Myroslava Остап=Ostap"),
        _pairs("Вербицька=Verbytska Лугова=Luhova Степанчук=Stepanchuk Зоренко=Zorenko"),
        ("Europe/Kyiv",),
    ),
    Culture(
        _pairs("Ελπίδα=Elpida Ορφέας=Orfeas Δάφνη=Dafni"),
        _pairs("Πετράκη=Petraki Θαλασσινός=Thalassinos Μελισσάς=Melissas"),
        ("Europe/Athens",),
    ),
    Culture(
        _pairs("ليلى=Layla ياسين=Yasin نور=Nour"),
        _pairs("البحري=Albahri الزيتوني=Alzaytouni النجار=Alnajjar"),
        ("Africa/Cairo", "Asia/Beirut"),
    ),
    Culture(
        _pairs("आरती=Aarti किरण=Kiran मीरा=Mira"),
        _pairs("वनमाली=Vanmali सागरकर=Sagarkar दीपवाल=Deepwal"),
        ("Asia/Kolkata",),
    ),
    Culture(
        _pairs("晴子=Haruko 悠斗=Yuto 美波=Minami"),
        _pairs("森川=Morikawa 白石=Shiraishi 海野=Umino"),
        ("Asia/Tokyo",),
        family_first=True,
    ),
    Culture(
        _same("Amara Chidi Wanjiru Thabo Adaeze Kofi"),
        _same("Okwendu Mbatha Nyarongo Asanteki Dlaminiri"),
        ("Africa/Lagos", "Africa/Nairobi", "Africa/Johannesburg"),
    ),
)
# Most people of this organisation write their names in Latin letters.
WEIGHTED = (*(CULTURES[0],) * 4, *(CULTURES[1],) * 3, *(CULTURES[-1],) * 2, *CULTURES)
