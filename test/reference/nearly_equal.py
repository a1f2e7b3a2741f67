"""Rows of two classes in which student and teacher nearly agree: nearly_equal.json, laid out as kd_dkd.json.

    python3 test/reference/nearly_equal.py && python3 test/reference/float32.py
"""

import json

import torch
from float32 import dkd, here, kd, run


def rounded(x):
    return json.loads(json.dumps(x.tolist()), parse_float=lambda text: float(f"{float(text):.12g}"))


def expected(loss_of, case):
    loss, gradient = map(rounded, run(loss_of, case, torch.float64))
    return {"loss": loss, "grad": gradient}


def case_of(difference, tau):
    teacher = [[1.7, -0.4], [-2.3, 3.1]]
    student = [[row[0] + difference, row[1]] for row in teacher]
    case = {"student": student, "teacher": teacher, "labels": [0, 0], "temperature": tau}
    parts = {"tckd": (1.0, 0.0), "nckd": (0.0, 1.0), "dkd": (1.0, 8.0)}
    case["kd"] = expected(lambda *batch: kd(*batch, tau), case)
    for name, (alpha, beta) in parts.items():
        loss = expected(lambda *batch: dkd(*batch, tau, alpha, beta), case)
        case[name] = {"alpha": alpha, "beta": beta, **loss}
    return case


if __name__ == "__main__":
    cases = [case_of(difference, tau) for difference in (1e-2, 1e-4, 1e-6) for tau in (1.0, 4.0)]
    about = "KD and DKD where the student's logits are the teacher's but for 1e-2, 1e-4 or 1e-6: losses nearly cancel"
    (here / "nearly_equal.json").write_text(json.dumps({"about": about, "cases": cases}) + "\n")
