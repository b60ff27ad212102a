"""Golden numbers for UniPC, computed in float64 from the paper's formulas. Run: python3 reference.py > unipc.json

Zhao et al. 2023 (UniPC, arXiv:2302.04867), data prediction, multistep, B(h) variants, in variance preserving space. The step
from level s to level t of order p uses the predictions m_0 (at s), m_1, ... (before s), with lambda = ln alpha - ln sigma,
h = lambda_t - lambda_s, hh = -h, r_k = (lambda_k - lambda_s) / h, and B = hh (bh1) or e^hh - 1 (bh2):

  predictor  x_t = sigma_t/sigma_s x - alpha_t (e^hh - 1) m_0 - alpha_t B sum_{k<p} rho_k (m_k - m_0)/r_k
  corrector  the same sum with one more point: the prediction at x_t, r = 1
  weights    sum_k rho_k r_k^(i-1) = i! hh phi_{i+1}(hh) / B for i = 1 .. number of points; rho = 1/2 for the predictor of
             order 2 and for the corrector of order 1, as in the authors' code

The order rises by one per step from 1, and falls to 1 in the last step. The last step is not corrected.
The authors' code, and those of ComfyUI and A1111, evaluate the network where the corrected step begins: at the predicted x_t.
"""
import json
import math

import numpy as np

COUNT = 12
NOISE = np.random.RandomState(42).standard_normal(COUNT).astype(np.float32).astype(np.float64)

roots = np.linspace(0.00085**0.5, 0.012**0.5, 1000)
alphas_cumprod = np.cumprod(1 - roots**2)
TRAINING = np.sqrt((1 - alphas_cumprod) / alphas_cumprod)
LOGS = np.log(TRAINING)


def timestep_of(sigma):
    return float(np.interp(math.log(sigma), LOGS, np.arange(1000)))


def eps(y, t):
    """The synthetic network of the other golden runs: y is the unit variance input."""
    return 0.3 * y + 0.1 * np.sin(3.0 * y) + 0.05 * math.cos(t / 100.0)


def weights(points, hh, b_of_h):
    """Solves for rho. phi_1 = (e^z - 1)/z, phi_{k+1} = (phi_k - 1/k!)/z."""
    count = len(points)
    phi = math.expm1(hh) / hh
    right = []
    for i in range(1, count + 1):
        phi = (phi - 1 / math.factorial(i)) / hh
        right.append(math.factorial(i) * hh * phi / b_of_h)
    matrix = np.array([[r ** (i - 1) for r in points] for i in range(1, count + 1)])
    return np.linalg.solve(matrix, np.array(right))


def run(levels, timesteps, variant, order, initial):
    """levels: (alpha, sigma), one more than timesteps. Returns the latents at each model call, and the last ones."""
    lam = [math.log(a) - math.log(s) if s > 0 else math.inf for a, s in levels]
    steps = len(timesteps)
    x = initial
    calls, predictions = [], []

    def predict(x, i):
        a, s = levels[i]
        calls.append(x)
        return (x - s * eps(x, timesteps[i])) / a

    predictions.append(predict(x, 0))
    for to in range(1, steps + 1):
        p = min(order, to, steps + 1 - to)
        (a_s, s_s), (a_t, s_t) = levels[to - 1], levels[to]
        if s_t == 0:
            x = a_t * predictions[to - 1]
            break
        h = lam[to] - lam[to - 1]
        hh = -h
        b_of_h = hh if variant == 'bh1' else math.expm1(hh)
        m0 = predictions[to - 1]
        points = [(lam[to - 1 - k] - lam[to - 1]) / h for k in range(1, p)]
        slopes = [(predictions[to - 1 - k] - m0) / points[k - 1] for k in range(1, p)]
        base = s_t / s_s * x - a_t * math.expm1(hh) * m0
        rho = [] if p == 1 else [0.5] if p == 2 else weights(points, hh, b_of_h)
        predicted = base - a_t * b_of_h * sum((w * d for w, d in zip(rho, slopes)), np.zeros(COUNT))
        if to == steps:
            x = predicted
            break
        now = predict(predicted, to)
        predictions.append(now)
        rho = [0.5] if p == 1 else weights([*points, 1.0], hh, b_of_h)
        x = base - a_t * b_of_h * sum((w * d for w, d in zip(rho, [*slopes, now - m0])), np.zeros(COUNT))
    return calls, x


def preserving(sigma):
    alpha = 1 / math.sqrt(sigma**2 + 1)
    return alpha, sigma * alpha


def a1111(steps):
    """time_uniform: from t = 1 to t = 1/1000, ln alpha linear between training timesteps. A run has as many steps as
    range(0, 1000, 1000 // steps) has entries, and it ends at the smallest training sigma."""
    runs = len(range(0, 1000, 1000 // steps))
    ts = np.linspace(1.0, 1 / 1000, runs + 1) * 1000 - 1
    log_alpha = np.interp(ts, np.arange(1000), 0.5 * np.log(alphas_cumprod))
    return [(math.exp(l), math.sqrt(1 - math.exp(2 * l))) for l in log_alpha], list(ts[:-1])


def comfyui(sigmas):
    """Any schedule, of which the smallest sigma before the 0 is left out; 0.001 stands in place of the 0."""
    ended = [*sigmas[:-2], 0.001]
    return [preserving(s) for s in ended], [timestep_of(s) for s in ended[:-1]]


def karras(steps):
    low, high = TRAINING[0] ** (1 / 7), TRAINING[-1] ** (1 / 7)
    return [*((high + np.linspace(0, 1, steps) * (low - high)) ** 7), 0.0]


def normal(steps):
    return [*np.exp(np.interp(np.linspace(999, 0, steps), np.arange(1000), LOGS)), 0.0]


def diffusers(steps):
    """UniPCMultistepScheduler with SDXL's leading timesteps, steps_offset 1."""
    ratio = 1000 // (steps + 1)
    ts = [(steps - i) * ratio + 1 for i in range(steps)]
    return [*[preserving(TRAINING[t]) for t in ts], (1.0, 0.0)], ts


SCHEDULES = {'karras': karras, 'normal': normal}
cases = []
for variant in ('bh1', 'bh2'):
    for steps in (1, 2, 3, 4, 10, 20, 30):
        levels, ts = a1111(steps)
        calls, final = run(levels, ts, variant, 3, NOISE)
        cases.append({'way': 'a1111', 'variant': variant, 'order': 3, 'steps': steps, 'timesteps': ts, 'calls': calls, 'final': final})
    for name, schedule in SCHEDULES.items():
        for steps in (2, 3, 4, 10, 20):
            levels, ts = comfyui(schedule(steps + 1))
            # ComfyUI's latents are exploding, x / alpha, before and after. They begin as sigma * noise.
            calls, final = run(levels, ts, variant, 3, NOISE * levels[0][1])
            calls = [c / levels[i][0] for i, c in enumerate(calls)]
            cases.append({'way': 'comfyui', 'schedule': name, 'variant': variant, 'order': 3, 'steps': steps, 'timesteps': ts, 'calls': calls, 'final': final / levels[-1][0]})
    for order in (1, 2, 3):
        for steps in (1, 2, 3, 5, 20):
            levels, ts = diffusers(steps)
            calls, final = run(levels, ts, variant, order, NOISE)
            cases.append({'way': 'diffusers', 'variant': variant, 'order': order, 'steps': steps, 'timesteps': ts, 'calls': calls, 'final': final})


def shortened(values):
    return [float(f'{v:.9g}') for v in values]


print(json.dumps({
    'noise': NOISE.tolist(),
    'cases': [{**c, 'timesteps': shortened(c['timesteps']), 'calls': [shortened(x) for x in c['calls']], 'final': shortened(c['final'])} for c in cases],
}))
