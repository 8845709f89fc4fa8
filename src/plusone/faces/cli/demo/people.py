"""Who comes to the studio: names as they are common in Spain, each person once, at domains that nobody has."""

import random
import unicodedata
from dataclasses import dataclass

WOMEN = (
    "Lucía María Carmen Paula Laura Marta Elena Sara Irene Alba Nuria Cristina Raquel Silvia Beatriz Rocío Inés Noelia "
    "Patricia Lorena Claudia Andrea Celia Eva Miriam Aitana Carla Julia Daniela Ainhoa Leire Montse Ariadna Candela"
)
MEN = (
    "Antonio Javier Daniel David Carlos Alejandro Miguel Pablo Sergio Jorge Álvaro Adrián Diego Rubén Iván Óscar Raúl "
    "Marcos Hugo Mario Víctor Andrés Gonzalo Nacho Jaime Íñigo Guillermo Samuel Joel Martín Tomás Ismael"
)
SURNAMES = (
    "García López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Álvarez Romero Alonso "
    "Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega "
    "Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero "
    "Cano Prieto Méndez Cruz Calvo Gallego Vidal León Herrera Peña Flores Cabrera Campos Vega Fuentes Carrasco "
    "Aguilar Reyes Pascual Rey Soler"
)
DOMAINS = ("correo.example", "mail.example", "buzon.example")


@dataclass(frozen=True)
class Person:
    """Somebody who may join."""

    first_name: str
    last_name: str
    email: str
    phone: str


class People:
    """An endless line of people, no two with the same address."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._first = WOMEN.split() * 2 + MEN.split()  # as in most studios
        self._surnames = SURNAMES.split()
        self._taken: set[str] = set()

    def next(self) -> Person:
        """Return somebody new."""
        draw = self._draw
        first, last = draw.choice(self._first), f"{draw.choice(self._surnames)} {draw.choice(self._surnames)}"
        local = f"{_plain(first)}.{_plain(last.split()[0])}"
        number = 1
        while f"{local}{number if number > 1 else ''}" in self._taken:
            number += 1
        local = f"{local}{number if number > 1 else ''}"
        self._taken.add(local)
        # 6xx is mobile in Spain; the block 600 0 is not given out.
        phone = f"+34600{len(self._taken):06}"
        return Person(first, last, f"{local}@{draw.choice(DOMAINS)}", phone)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
