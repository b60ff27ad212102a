"""Golden numbers for DEIS as ComfyUI runs it, computed in float64. Run: python3 reference.py > deis-tab.json

Zhang and Chen 2023 (arXiv:2204.13902), tAB-DEIS of order 3 in variance exploding space: x' = x + sum of C_j d_j, where d is
(x - x0)/sigma and C_j is the integral over t of l_j(t) dsigma/dt, with l_j Lagrange's polynomial through the times of the last
calls. ComfyUI (comfy/k_diffusion/deis.py, sample_deis with its defaults) sums 10,000 places of the integral, both ends included,
and divides by 10,000. Its time is that of the process alpha(t) = exp(-(b1 - b0) t^2 / 2 - b0 t), sigma^2 = 1/alpha - 1, which has
sigma 0.002 at t = 0.001 and sigma 80 at t = 1. There dsigma/dt = -(ln alpha)' / (2 sqrt(alpha (1 - alpha))).
The orders are 1, 2, 3, 3, ...; the step to sigma 0 has order 1. The sigmas are those of Karras et al. 2022, rho 7, over SDXL's range.
"""
import json
import math

import numpy as np

COUNT = 12
PLACES = 10_000
NOISE = np.random.RandomState(7).standard_normal(COUNT).astype(np.float32).astype(np.float64)
roots = np.linspace(0.00085**0.5, 0.012**0.5, 1000)
alphas_cumprod = np.cumprod(1 - roots**2)
trained = np.sqrt((1 - alphas_cumprod) / alphas_cumprod)

# b(t) = (b1 - b0) t^2 / 2 + b0 t equals ln(sigma^2 + 1): two linear equations.
low, high = math.log(0.002**2 + 1), math.log(80**2 + 1)
half, b0 = np.linalg.solve([[0.001**2, 0.001], [1.0, 1.0]], [low, high])


def eps(y, sigma):
    """A synthetic network that knows its noise level."""
    return 0.3 * y + 0.1 * np.sin(3.0 * y) + 0.05 * math.cos(math.log(sigma))


def time_of(sigma):
    """The positive root of half t^2 + b0 t = ln(sigma^2 + 1)."""
    return max(np.roots([half, b0, -math.log(sigma**2 + 1)]).real)


def factors(sigmas, to):
    nodes = [time_of(sigma) for sigma in sigmas]
    t = np.linspace(nodes[0], time_of(to), PLACES)
    alpha = np.exp(-half * t**2 - b0 * t)
    slope = (2 * half * t + b0) / (2 * np.sqrt(alpha * (1 - alpha)))
    result = []
    for j, node in enumerate(nodes):
        others = [other for k, other in enumerate(nodes) if k != j]
        basis = np.prod([(t - other) / (node - other) for other in others], axis=0)
        result.append(float(np.sum(slope * basis) * (t[-1] - t[0]) / PLACES))
    return result


def run(steps):
    ramp = np.linspace(0, 1, steps)
    low_root, high_root = trained[0] ** (1 / 7), trained[-1] ** (1 / 7)
    sigmas = [*((high_root + ramp * (low_root - high_root)) ** 7), 0.0]
    x, calls, slopes = NOISE * sigmas[0], [], []
    for i in range(steps):
        calls.append(x)
        sigma, to = sigmas[i], sigmas[i + 1]
        slopes.insert(0, eps(x / math.sqrt(sigma**2 + 1), sigma))
        order = 1 if to == 0 else min(3, i + 1)
        weights = [to - sigma] if order == 1 else factors([sigmas[i - k] for k in range(order)], to)
        x = x + sum(weight * slope for weight, slope in zip(weights, slopes))
    return sigmas, calls, x


cases = []
for steps in (3, 8, 20):
    sigmas, calls, final = run(steps)
    cases.append(
        {"steps": steps, "sigmas": sigmas, "calls": [list(call) for call in calls], "final": list(final)}
    )
print(json.dumps({"noise": list(NOISE), "cases": cases}))
