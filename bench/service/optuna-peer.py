"""Optuna's RDB storage on the database of the URL given: prints its version, then for each line "trials lanes" on standard
input the milliseconds per trial. A trial reports five epochs and does nothing else."""
import random
import sys
import threading
import time

import optuna
from optuna.samplers import RandomSampler

optuna.logging.set_verbosity(optuna.logging.ERROR)
EPOCHS = 5
url = sys.argv[1].replace("postgresql://", "postgresql+psycopg2://", 1)
storage = optuna.storages.RDBStorage(url, engine_kwargs={"pool_size": 16})


def objective(trial):
    trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    for epoch in range(EPOCHS):
        trial.report(random.random(), epoch)
    return random.random()


print(optuna.__version__, flush=True)
for line in sys.stdin:
    trials, lanes = map(int, line.split())
    study = optuna.create_study(storage=storage, sampler=RandomSampler())
    started = time.perf_counter()
    threads = [
        threading.Thread(target=study.optimize, args=(objective,), kwargs={"n_trials": trials // lanes})
        for _ in range(lanes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print((time.perf_counter() - started) * 1000 / (trials // lanes * lanes), flush=True)
