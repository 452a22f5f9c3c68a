"""Books and networks made to have ties: few prices, parallel and opposite lines, hubs, tight and closed lines, losses or none."""

from __future__ import annotations

from random import Random

from shengdian.sim.base.types import Line, Rules
from shengdian.sim.base.units import PPM
from shengdian.sim.solve.book import Book

CAP = 300
"""fen/MWh"""
LOSSES = (0, 10_000, 30_000, 50_000, 66_667, 100_000)
"""ppm"""


def random_market(random: Random, losses: bool) -> tuple[Book, Rules, int]:
    """A book, its rules, and an hour. 2 to 8 zones, up to 27 lines, quantities from 1 kWh to 1 GWh."""
    zones, floor, few = random.randint(2, 8), random.choice((0, 0, -50)), random.random() < 0.5
    most = 10 if random.random() < 0.4 else random.choice((1_000, 10**6, 10**9))
    prices = (100, 105, 110) if few else tuple(range(90, 126))
    rows = [
        (random.randrange(zones), random.random() < 0.5, random.choice(prices), random.randint(1, most))
        for _ in range(random.randint(2, 30))
    ]
    lines = []
    for _ in range(random.randint(1, 27)):
        source, target = random.sample(range(zones), 2)
        capacity = random.choice((0, random.randint(1, most), random.randint(1, most), 10**9))
        charge, loss = random.choice((0, 5)) if few else random.randint(0, 5), random.choice(LOSSES) if losses else 0
        lines.append(Line(source, target, capacity, max(charge, -(loss * floor // PPM)), loss))
    return Book.of(rows), Rules(zones, tuple(lines), floor, CAP, random.choice((0, 500_000, PPM))), random.randrange(10_000)


def tiny_market(random: Random) -> tuple[Book, Rules, int]:
    """A lossy book so small that every whole flow can be tried: at most 3 zones, 3 lines and 6 kWh an order."""
    zones = random.randint(2, 3)
    rows = [
        (random.randrange(zones), random.random() < 0.5, random.randint(8, 13), random.randint(1, 6)) for _ in range(random.randint(2, 6))
    ]
    lines = []
    for _ in range(random.randint(1, 3)):
        source, target = random.sample(range(zones), 2)
        lines.append(Line(source, target, random.randint(1, 6), random.randint(0, 1), random.choice((0, 30_000, 100_000, 250_000))))
    return Book.of(rows), Rules(zones, tuple(lines), 0, 20, random.choice((0, 500_000, PPM))), random.randrange(10_000)
