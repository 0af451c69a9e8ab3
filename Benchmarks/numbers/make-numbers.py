#!/usr/bin/env python3
"""Writes numbers of a national operator's day to standard output: 70 % French, 10 % Moroccan, the rest of the world, 3 % wrong."""
import random

random.seed(20090218)
WORLD = ["+1212555{:04d}", "+4420794{:05d}", "+49301{:06d}", "+32470{:06d}", "+34911{:06d}", "+3906698{:05d}",
         "+221771{:06d}", "+213551{:06d}", "+21620{:06d}", "+262692{:06d}", "+351912{:06d}", "+2613212{:05d}"]
for _ in range(100_000):
    draw = random.random()
    if draw < 0.35:
        print(f"+33{random.randint(1, 5)}{random.randint(0, 99_999_999):08d}")
    elif draw < 0.65:
        print(f"+33{random.choice('67')}{random.randint(0, 99_999_999):08d}")
    elif draw < 0.70:
        print(f"+33{random.choice('89')}{random.randint(0, 99_999_999):08d}")
    elif draw < 0.80:
        print(f"+212{random.choice(['5', '6', '7'])}{random.randint(0, 99_999_999):08d}")
    elif draw < 0.97:
        print(random.choice(WORLD).format(random.randint(0, 9999)))
    else:
        print(f"+{random.randint(1, 10 ** random.randint(3, 14))}")
