"""ShuffleV1 with weights in which rounding moves gradients further than with the others: a training step alone.

    python3 test/reference/other_weights.py && python3 test/reference/float32.py
"""

import json

from float32_networks import Exactly, training_step
from nearly_equal import here, rounded

models = here / "models"


def gradient(x):
    return {"norm": rounded(x.norm()), "first": rounded(x.flatten()[:4])}


if __name__ == "__main__":
    case = json.loads((models / "model_ShuffleV1.json").read_text())
    del case["eval"]
    case["firstWeight"] = 2000
    loss, logits, gradients = training_step(case, Exactly())
    case["train"] = {
        "loss": rounded(loss),
        "logits_row0": rounded(logits[0]),
        "grads": {name: gradient(x) for name, x in gradients.items()},
        "running": {},
    }
    (models / "model_ShuffleV1_other_weights.json").write_text(json.dumps(case, separators=(",", ":")) + "\n")
