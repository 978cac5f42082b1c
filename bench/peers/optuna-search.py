"""Optuna's samplers on the problems of bench/search.ts. Prints its version and that of PyTorch (null: no GP sampler) as a line
of JSON. Each line on standard input is {"sampler", "seed", "axes"} to begin a study, {"tell": loss or null} about the point
asked for last, or {} to ask for a point, which is printed as a list with null for what does not matter in it."""
import contextlib
import json
import sys
import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
try:
    import torch

    torch.set_num_threads(1)
    if torch.__version__ < "2":
        # The sampler only says that tensors belong on the CPU, where they are anyway; torch 1 cannot be told so.
        torch.device = lambda name: contextlib.nullcontext()
    torch_version = torch.__version__
except ImportError:
    torch_version = None

SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
}
# What a diverged trial counts as: the accuracy of guessing, below the best, in points.
DIVERGED = 80.0


def ask(trial, axes):
    point = []
    for index, axis in enumerate(axes):
        when = axis.get("when")
        if when is not None and point[when["axis"]] not in when["values"]:
            point.append(None)
        elif axis["kind"] == "float":
            point.append(trial.suggest_float(f"x{index}", 0, 1))
        elif axis["kind"] == "int":
            point.append(trial.suggest_int(f"x{index}", 0, axis["levels"] - 1))
        else:
            point.append(trial.suggest_categorical(f"x{index}", list(range(axis["levels"]))))
    return point


print(json.dumps({"optuna": optuna.__version__, "torch": torch_version}), flush=True)
study, trial, axes = None, None, []
for line in sys.stdin:
    message = json.loads(line)
    if "sampler" in message:
        study = optuna.create_study(sampler=SAMPLERS[message["sampler"]](message["seed"]))
        axes = message["axes"]
    elif "tell" in message:
        study.tell(trial, DIVERGED if message["tell"] is None else message["tell"])
    else:
        trial = study.ask()
        print(json.dumps(ask(trial, axes)), flush=True)
