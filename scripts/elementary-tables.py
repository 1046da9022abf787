#!/usr/bin/env python3
"""Writes the tables of @h2learn/elementary and the vectors of its tests, both from mpmath at 400 bits.

python3 scripts/elementary-tables.py        (needs mpmath; the files it writes are committed)
"""
import json
import math
import random
from pathlib import Path
from mpmath import mp, mpf

mp.prec = 400
root = Path(__file__).resolve().parent.parent / 'packages/elementary'


def split(value, bits):
    """`value` as a multiple of 2^-bits and what is left, both as doubles."""
    high = mp.nint(value * mpf(2) ** bits) / mpf(2) ** bits
    return float(high), float(value - high)


def pairs(name, doc, rows):
    lines = '\n'.join(f'  {a!r}, {b!r},' for a, b in rows)
    return f'/** {doc} */\nexport const {name}: readonly number[] = [\n{lines}\n]\n'


def tables():
    ln2 = mp.log(2)
    exp_step = split(ln2 / 32, 41)
    log_two = split(ln2, 42)
    exp_rows = []
    for j in range(32):
        value = mp.power(2, mpf(j) / 32)
        exp_rows.append((float(value), float(value - mpf(float(value)))))
    log_rows = [split(-mp.log(mpf(i) / 128), 42) for i in range(90, 183)]
    half_pi = mp.pi / 2
    first, _ = split(half_pi, 32)
    second, _ = split(half_pi - mpf(first), 65)
    third = float(half_pi - mpf(first) - mpf(second))
    text = '// Written by scripts/elementary-tables.py from values of 400 bits.\n'
    text += '// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: √2 is one entry of a table\n\n'
    text += f'/** ln 2 / 32: 41 bits behind the point, and the rest. */\nexport const EXP_STEP = [{exp_step[0]!r}, {exp_step[1]!r}] as const\n\n'
    text += f'/** ln 2: 42 bits behind the point, and the rest. */\nexport const LOG_TWO = [{log_two[0]!r}, {log_two[1]!r}] as const\n\n'
    text += f'/** π / 2 in three parts: 32 bits behind the point, 33 more, and the rest. */\nexport const HALF_PI = [{first!r}, {second!r}, {third!r}] as const\n\n'
    text += pairs('EXP_TABLE', '2^(j/32) for j = 0..31: nearest double, and the rest.', exp_rows) + '\n'
    text += pairs('LOG_TABLE', '−ln(i/128) for i = 90..182: 42 bits behind the point, and the rest.', log_rows)
    (root / 'src/tables.ts').write_text(text)


def ulp(value):
    return mpf(math.ulp(float(value)))


def vectors():
    draw = random.Random(20210725)
    uniform = draw.uniform
    inputs = {
        'exp': [(uniform(-30, 30),) for _ in range(150)] + [(uniform(-745, 709),) for _ in range(80)]
        + [(uniform(-1, 1) * 2.0 ** -draw.randrange(60),) for _ in range(60)],
        'log': [(uniform(0.5, 2),) for _ in range(100)] + [(1 + uniform(-1, 1) * 2.0 ** -draw.randrange(52),) for _ in range(80)]
        + [(uniform(1, 2) * 2.0 ** draw.randrange(-1074, 1023),) for _ in range(100)],
        'log1p': [(uniform(0, 10),) for _ in range(80)] + [(uniform(-1, 1) * 2.0 ** -draw.randrange(1, 60),) for _ in range(100)]
        + [(2.0 ** uniform(0, 60),) for _ in range(30)],
        'pow': [(uniform(0, 2), float(draw.randrange(1, 5000))) for _ in range(60)]
        + [(uniform(0, 20), uniform(-20, 20)) for _ in range(120)]
        + [(0.9, float(n)) for n in range(1, 40)] + [(0.999, float(n)) for n in (1, 2, 3, 10, 100, 1000, 54321)]
        + [(2.0 ** uniform(-1000, 1000), uniform(-1, 1)) for _ in range(60)]
        + [(1 + uniform(-1, 1) * 2.0 ** -draw.randrange(20, 50), 2.0 ** uniform(10, 40)) for _ in range(40)],
        'hypot': [(uniform(-9, 9), uniform(-9, 9)) for _ in range(200)]
        + [(2.0 ** uniform(-1000, 1000), 2.0 ** uniform(-1000, 1000)) for _ in range(60)],
        'sin': [], 'cos': [],
    }
    for name in ('sin', 'cos'):
        inputs[name] = ([(uniform(-7, 7),) for _ in range(150)] + [(uniform(-1e6, 1e6),) for _ in range(80)]
                        + [(float(mp.pi / 2 * k),) for k in range(-40, 41)]
                        + [(uniform(-1, 1) * 2.0 ** -draw.randrange(60),) for _ in range(40)])
    exact = {'exp': mp.exp, 'log': mp.log, 'log1p': lambda x: mp.log(1 + x), 'pow': mp.power, 'hypot': mp.hypot, 'sin': mp.sin, 'cos': mp.cos}
    written = {}
    for name, rows in inputs.items():
        written[name] = []
        for args in rows:
            value = exact[name](*map(mpf, args))
            nearest = float(value)
            if nearest == 0 or math.isinf(nearest):
                continue
            # nearest double, and how far the exact value lies from it in units of its last place
            written[name].append([*args, nearest, float(round((value - mpf(nearest)) / ulp(nearest), 6))])
    head = {
        'origin': 'scripts/elementary-tables.py, mpmath at 400 bits, seed 20210725',
        'row': 'arguments, the double nearest to the exact value, and the exact value minus it in units in the last place',
    }
    body = ',\n'.join(
        f' "{name}": [\n' + ',\n'.join('  ' + json.dumps(row) for row in rows) + '\n ]' for name, rows in written.items()
    )
    (root / 'test/golden/vectors.json').write_text('{\n "origin": ' + json.dumps(head['origin']) + ',\n "row": ' + json.dumps(head['row']) + ',\n' + body + '\n}\n')


tables()
vectors()
