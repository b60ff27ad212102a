"""Golden numbers for corners of the reference that the two other folders do not visit: README.md has the list.
Run: python3 reference.py MODELS   with the expanded models of test/golden/oracle; diffusers 0.42.1, transformers 5.24, torch 2.13 on a CPU.
"""
import inspect
import json
import math
import os
import sys

import diffusers
import numpy
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

MODELS, HERE = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
SDXL = json.load(open(f'{MODELS}/tiny-base/scheduler/scheduler_config.json'))
NOISE = torch.randn(1, 4, 4, 4, generator=torch.Generator().manual_seed(42))

# Every draw in float32, in the float64 run too; `draws` remembers the shapes.
draws, drawn = [], torch.randn


def randn(*args, dtype=torch.float32, **more):
    noise = drawn(*args, **more)
    draws.append(list(noise.shape))
    return noise.to(dtype)


torch.randn = randn

COSINE = {'beta_schedule': 'squaredcos_cap_v2'}
PURE = {'rescale_betas_zero_snr': True, 'timestep_spacing': 'trailing', 'clip_sample': True}
CONTINUOUS = {'timestep_type': 'continuous', 'prediction_type': 'v_prediction'}
TO_THE_END = {'lower_order_final': False, 'final_sigmas_type': 'sigma_min'}
THRESHOLD = {'thresholding': True, 'clip_sample': False}
SCHEDULERS = [  # sampler, class, keys beside SDXL's, steps, arguments of step()
    ('ddim_eta1_cosine', 'DDIMScheduler', {**COSINE, 'clip_sample': True, 'timestep_spacing': 'linspace'}, 3, {'eta': 1.0}),
    ('ddim_pure_noise', 'DDIMScheduler', PURE, 4, {}),
    ('ddpm_pure_noise', 'DDPMScheduler', PURE, 4, {}),
    ('lcm_pure_noise', 'LCMScheduler', PURE, 4, {}),
    ('ddpm_many_steps', 'DDPMScheduler', {'num_train_timesteps': 500, 'beta_start': 0.0005}, 50, {}),
    ('deis_karras', 'DEISMultistepScheduler', {'use_karras_sigmas': True}, 1, {}),
    ('unipc_karras_sigma_min', 'UniPCMultistepScheduler', {'use_karras_sigmas': True, 'final_sigmas_type': 'sigma_min'}, 1, {}),
    ('dpmpp_2m_cosine_karras', 'DPMSolverMultistepScheduler', {**COSINE, 'use_karras_sigmas': True}, 3, {}),
    ('lms_trailing_halves', 'LMSDiscreteScheduler', {'timestep_spacing': 'trailing'}, 48, {}),
    ('unipc_exponential_short', 'UniPCMultistepScheduler', {'num_train_timesteps': 100, 'use_exponential_sigmas': True, 'final_sigmas_type': 'sigma_min'}, 15, {}),
    ('heun_sample', 'HeunDiscreteScheduler', {'prediction_type': 'sample', 'timestep_spacing': 'linspace'}, 3, {}),
    ('euler_continuous', 'EulerDiscreteScheduler', {**CONTINUOUS, 'timestep_spacing': 'trailing'}, 3, {}),
    ('euler_continuous_karras_range', 'EulerDiscreteScheduler', {**CONTINUOUS, 'use_karras_sigmas': True, 'sigma_min': 0.01, 'sigma_max': 20.0}, 4, {}),
    ('euler_log_linear', 'EulerDiscreteScheduler', {'interpolation_type': 'log_linear'}, 4, {}),
    ('euler_log_linear_beta', 'EulerDiscreteScheduler', {'interpolation_type': 'log_linear', 'use_beta_sigmas': True, 'final_sigmas_type': 'sigma_min'}, 4, {}),
    ('dpmpp_2m_lu', 'DPMSolverMultistepScheduler', {'use_lu_lambdas': True}, 5, {}),
    ('dpmpp_2m_sde_lu', 'DPMSolverMultistepScheduler', {'use_lu_lambdas': True, 'algorithm_type': 'sde-dpmsolver++', 'euler_at_final': True}, 16, {}),
    ('dpmpp_2m_order_1', 'DPMSolverMultistepScheduler', {'solver_order': 1, 'final_sigmas_type': 'sigma_min'}, 4, {}),
    ('dpmpp_2m_sde_order_1', 'DPMSolverMultistepScheduler', {'solver_order': 1, 'algorithm_type': 'sde-dpmsolver++'}, 4, {}),
    ('deis_order_1', 'DEISMultistepScheduler', {'solver_order': 1}, 4, {}),
    ('deis_order_2_to_the_end', 'DEISMultistepScheduler', {'lower_order_final': False}, 4, {}),
    ('ddim_threshold', 'DDIMScheduler', THRESHOLD, 3, {'eta': 0.5}),
    ('ddpm_threshold', 'DDPMScheduler', THRESHOLD, 3, {}),
    ('lcm_threshold', 'LCMScheduler', THRESHOLD, 3, {}),
    ('dpmpp_2m_threshold', 'DPMSolverMultistepScheduler', THRESHOLD, 4, {}),
    ('dpmpp_singlestep_threshold', 'DPMSolverSinglestepScheduler', THRESHOLD, 4, {}),
    ('unipc_threshold', 'UniPCMultistepScheduler', THRESHOLD, 4, {}),
    ('unipc_order_2_to_the_end', 'UniPCMultistepScheduler', TO_THE_END, 4, {}),
    ('dpmpp_singlestep_order_2_to_the_end', 'DPMSolverSinglestepScheduler', TO_THE_END, 4, {}),
    ('dpmpp_singlestep_sigma_min', 'DPMSolverSinglestepScheduler', {**TO_THE_END, 'lower_order_final': True}, 4, {}),
    ('dpmpp_singlestep_sigma_min_odd', 'DPMSolverSinglestepScheduler', TO_THE_END, 5, {}),
    ('dpmpp_singlestep_order_1', 'DPMSolverSinglestepScheduler', {'solver_order': 1}, 4, {}),
    ('ddpm_fixed_large', 'DDPMScheduler', {'variance_type': 'fixed_large'}, 4, {}),
    ('ddpm_fixed_small_log', 'DDPMScheduler', {'variance_type': 'fixed_small_log'}, 4, {}),
]


def solve(cls, keys, steps, more, dtype):
    scheduler = getattr(diffusers, cls).from_config({**SDXL, **keys})
    scheduler.set_timesteps(steps)
    more = dict(more)
    if 'generator' in inspect.signature(scheduler.step).parameters:
        more['generator'] = torch.Generator().manual_seed(7)
    x, calls = NOISE.to(dtype) * scheduler.init_noise_sigma, []
    for t in scheduler.timesteps:
        y = scheduler.scale_model_input(x, t)
        draws.clear()
        x = scheduler.step(0.3 * y + 0.1 * torch.sin(3 * y) + 0.05 * math.cos(float(t) / 100), t, x, **more).prev_sample
        calls.append(len(draws))
    return scheduler, x, calls


def schedulers():
    cases = []
    for name, cls, keys, steps, more in SCHEDULERS:
        scheduler, final, calls = solve(cls, keys, steps, more, torch.float32)
        precise = solve(cls, keys, steps, more, torch.float64)[1]
        timesteps = scheduler.timesteps.to(torch.float32).clone()
        save_file({'own.timesteps': timesteps, 'own.final': final.float()}, f'{HERE}/schedulers/{name}.safetensors')
        config = {key: value for key, value in {**SDXL, **keys}.items() if not key.startswith('_')}
        cases.append(dict(sampler=name, cls=cls, key='own', config=config, step_kwargs=more, steps=steps, order=scheduler.order,
                          init_noise_sigma=float(scheduler.init_noise_sigma), draws_per_call=calls,
                          floor_max_abs_f32_vs_f64=float((final - precise).abs().max())))
    index = dict(a=0.3, b=0.1, c=3.0, d=0.05, e=100.0, step_generator_seed=7, cases=cases)
    json.dump(index, open(f'{HERE}/schedulers/index.json', 'w'), indent=1)
    save_file({'unit_noise': NOISE}, f'{HERE}/schedulers/index.safetensors')


EULER = {name: dict(cls=f'{cls}Scheduler', extra={}) for name, cls in dict(euler='EulerDiscrete', pndm='PNDM', heun='HeunDiscrete').items()}
FILES = {'image': 'inputs/picture.png', 'mask_image': 'inputs/mask.png'}
SMALL = {'height': 64, 'width': 72}
TEXT = dict(prompt='a photo of a red cat', num_inference_steps=3)
E2E = [  # name, pipeline, model, scheduler, seed, arguments
    ('empty_prompt_2', 'txt2img', 'base', 'euler', 1, {**TEXT, **SMALL, 'prompt_2': ''}),
    ('empty_negative_prompt_2', 'txt2img', 'base', 'euler', 1, {**TEXT, **SMALL, 'negative_prompt': 'blurry', 'negative_prompt_2': ''}),
    ('empty_prompt_2_in_list', 'txt2img', 'base', 'euler', [1, 2], {**TEXT, **SMALL, 'prompt': ['a cat', 'a dog'], 'prompt_2': ['', 'a woodcut']}),
    ('refiner_prompt_2', 'img2img', 'refiner', 'euler', 1, {**TEXT, 'strength': 0.7, 'prompt_2': 'a woodcut', 'negative_prompt': 'blurry', 'negative_prompt_2': 'text', 'image': FILES['image']}),
    ('inpaint_generator_list', 'inpaint', 'base', 'euler', [1, 2], {**TEXT, **SMALL, **FILES, 'strength': 0.7, 'num_images_per_prompt': 2}),
    ('inpaint_pndm', 'inpaint', 'base', 'pndm', 1, {**TEXT, **SMALL, **FILES, 'num_inference_steps': 5, 'strength': 0.77}),
    ('inpaint_denoising_end', 'inpaint', 'base', 'euler', 3, {**TEXT, **SMALL, **FILES, 'num_inference_steps': 6, 'strength': 0.9, 'denoising_end': 0.6}),
    ('refiner_inpaint', 'inpaint', 'refiner', 'euler', 4, {**TEXT, **SMALL, 'num_inference_steps': 6, 'denoising_start': 0.6, 'mask_image': FILES['mask_image']}),
    ('image_denoising_end', 'img2img', 'base', 'euler', 3, {**TEXT, 'num_inference_steps': 6, 'strength': 0.8, 'denoising_end': 0.6, 'image': FILES['image']}),
    ('heun_timesteps', 'img2img', 'base', 'heun', 5, {**TEXT, 'timesteps': [905, 710, 320, 209], 'strength': 0.6, 'image': FILES['image']}),
    ('given_sigmas', 'txt2img', 'base', 'euler', 6, {**TEXT, **SMALL, 'sigmas': [14.615, 6.315, 3.771, 0.0]}),
    ('given_sigmas_strength', 'img2img', 'base', 'euler', 6, {**TEXT, 'sigmas': [14.615, 6.315, 3.771, 2.181, 0.0], 'strength': 0.6, 'image': FILES['image']}),
    ('slight_guidance', 'txt2img', 'base', 'euler', 2**32 + 9, {**TEXT, **SMALL, 'prompt': 'İstanbul ẞ 🐈‍⬛ ½', 'guidance_scale': 1.0001, 'guidance_rescale': 1.0}),
]
LATENTS = {'refiner_inpaint': 'inpaint_denoising_end'}  # of which other case the image is
PIPELINES = dict(txt2img='StableDiffusionXLPipeline', img2img='StableDiffusionXLImg2ImgPipeline', inpaint='StableDiffusionXLInpaintPipeline')


def paint(name, kind, model, scheduler, seed, arguments, dtype):
    pipe = getattr(diffusers, PIPELINES[kind]).from_pretrained(f'{MODELS}/tiny-{model}', torch_dtype=dtype)
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = getattr(diffusers, EULER[scheduler]['cls']).from_config(SDXL)
    # Else the float64 run would encode pictures in float32, and the floor would leave that out.
    pipe.vae.register_to_config(force_upcast=dtype == torch.float32)
    pictures = {key: Image.open(f'{HERE}/e2e/{arguments[key]}') for key in FILES if key in arguments}
    if name in LATENTS:
        pictures['image'] = load_file(f'{HERE}/e2e/{LATENTS[name]}.safetensors')['final_latents'].to(dtype)
    generators = [torch.Generator().manual_seed(one) for one in seed] if isinstance(seed, list) else torch.Generator().manual_seed(seed)
    timesteps = []

    def each(_, __, timestep, tensors):
        timesteps.append(float(timestep))
        return tensors

    draws.clear()
    latents = pipe(**{**arguments, **pictures}, generator=generators, output_type='latent', callback_on_step_end=each).images
    return latents, timesteps, list(draws)


def pictures():
    values = numpy.random.RandomState(3).rand(16, 18, 3)
    Image.fromarray((255 * values).astype('uint8')).resize((72, 64), Image.BICUBIC).save(f'{HERE}/e2e/{FILES["image"]}')
    Image.fromarray((255 * values[:4, :5, 0]).astype('uint8')).resize((72, 64), Image.BICUBIC).save(f'{HERE}/e2e/{FILES["mask_image"]}')


def end_to_end():
    cases = []
    for name, *what, arguments in E2E:
        latents, timesteps, drawn = paint(name, *what, arguments, torch.float32)
        precise = paint(name, *what, arguments, torch.float64)[0]
        save_file({'final_latents': latents.contiguous()}, f'{HERE}/e2e/{name}.safetensors')
        kind, model, scheduler, seed = what
        cases.append(dict(name=name, pipeline=kind, model=model, scheduler=scheduler, seed=seed, args=arguments, timesteps=timesteps,
                          **({'note': f'image: final_latents of {LATENTS[name]}'} if name in LATENTS else {}),
                          draws_in_order=drawn, floor_latents_f32_vs_f64=float((latents - precise).abs().max())))
    json.dump(dict(scheduler_config=EULER, cases=cases), open(f'{HERE}/e2e/cases.json', 'w'), indent=1, ensure_ascii=False)


def attentions():
    """The U-Net's attentions in order, for configs whose levels differ."""
    base = json.load(open(f'{MODELS}/tiny-base/unet/config.json'))
    changes = [
        dict(layers_per_block=[1, 2, 3]),
        dict(layers_per_block=[3, 1, 2], transformer_layers_per_block=[2, 3, 2], mid_block_type='UNetMidBlock2D'),
        dict(layers_per_block=[2, 1, 1], reverse_transformer_layers_per_block=[3, 1, 2]),
    ]
    lists = []
    for change in changes:
        config = {key: value for key, value in {**base, **change}.items() if not key.startswith('_')}
        paths = diffusers.UNet2DConditionModel.from_config(config).attn_processors
        lists.append(dict(change=change, cross=[path.removesuffix('.processor') for path in paths if 'attn2' in path]))
    json.dump(lists, open(f'{HERE}/attentions.json', 'w'), indent=1)


os.makedirs(f'{HERE}/schedulers', exist_ok=True)
os.makedirs(f'{HERE}/e2e/inputs', exist_ok=True)
schedulers()
pictures()
end_to_end()
attentions()
