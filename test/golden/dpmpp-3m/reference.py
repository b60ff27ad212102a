"""Golden numbers for DPM-Solver++(3M), computed in float64. Run: python3 reference.py > dpmpp-3m.json

Lu et al. 2022 (DPM-Solver++, arXiv:2211.01095), data prediction, multistep. The step from level s to level t has
h = lambda_t - lambda_s with lambda = ln alpha - ln sigma. The exact step is

  x_t = sigma_t/sigma_s x + sigma_t * integral of e^l * x0(l) dl, l from lambda_s to lambda_t

Here x0(l) is a polynomial in u = (l - lambda_s)/h and the integral is Gauss and Legendre's rule of 40 points, without the closed
forms of the paper. Order 1: m0. Order 2, solver type "midpoint": m0 + D1/2 for all u. Order 3: m0 + D1 u + D2 u^2/2 with
d0 = (m0 - m1)/r0, d1 = (m1 - m2)/r1, D2 = (d0 - d1)/(r0 + r1), D1 = d0 + r0 D2 and the earlier steps' lengths r0, r1 in units of
h. (The parabola through the three predictions has D2 u^2. The authors' code and diffusers have half of it.)
As in diffusers' DPMSolverMultistepScheduler with final_sigmas_type zero and lower_order_final:
the orders are 1, 2, 3, 3, ...; the last step has order 1, and in runs below 15 steps the one before it at most order 2.
"""
import json
import math

import numpy as np

COUNT = 12
NOISE = np.random.RandomState(7).standard_normal(COUNT).astype(np.float32).astype(np.float64)
roots = np.linspace(0.00085**0.5, 0.012**0.5, 1000)
alphas_cumprod = np.cumprod(1 - roots**2)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def eps(y, t):
    """The synthetic network of the other golden runs."""
    return 0.3 * y + 0.1 * np.sin(3.0 * y) + 0.05 * math.cos(t / 100.0)


def run(steps):
    ratio = 1000 // (steps + 1)
    timesteps = [(steps - i) * ratio + 1 for i in range(steps)]
    levels = [(math.sqrt(alphas_cumprod[t]), math.sqrt(1 - alphas_cumprod[t])) for t in timesteps]
    lam = [math.log(a) - math.log(s) for a, s in levels]
    x, calls, predictions = NOISE, [], []
    for i, t in enumerate(timesteps):
        calls.append(x)
        alpha, sigma = levels[i]
        predictions.append((x - sigma * eps(x, t)) / alpha)
        if i == steps - 1:
            return timesteps, calls, predictions[-1]
        order = min(3, i + 1, 2 if steps < 15 and i == steps - 2 else 3)
        alpha_to, sigma_to = levels[i + 1]
        h = lam[i + 1] - lam[i]
        m0 = predictions[i]
        d0 = (m0 - predictions[i - 1]) * h / (lam[i] - lam[i - 1]) if order > 1 else 0.0
        d1 = (predictions[i - 1] - predictions[i - 2]) * h / (lam[i - 1] - lam[i - 2]) if order > 2 else 0.0
        d2 = (d0 - d1) * h / (lam[i] - lam[i - 2]) if order > 2 else 0.0
        slope = d0 + d2 * (lam[i] - lam[i - 1]) / h
        renewed = 0.0
        for node, weight in zip(NODES, WEIGHTS):
            u = (node + 1) / 2
            clean = m0 + d0 / 2 if order < 3 else m0 + slope * u + d2 * u**2 / 2
            renewed = renewed + weight / 2 * h * math.exp(lam[i] + u * h) * sigma_to * clean
        x = sigma_to / sigma * x + renewed


def shortened(values):
    return [float(f'{v:.9g}') for v in values]


cases = []
for steps in (1, 2, 3, 4, 8, 14, 15, 25):
    timesteps, calls, final = run(steps)
    cases.append({'steps': steps, 'timesteps': timesteps, 'calls': [shortened(x) for x in calls], 'final': shortened(final)})
print(json.dumps({'noise': NOISE.tolist(), 'cases': cases}))
