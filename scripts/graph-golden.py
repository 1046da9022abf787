#!/usr/bin/env python3
"""Writes the golden vectors of networks of populations: packages/snn-core/test/golden/graph/*.json.

    python3 scripts/graph-golden.py [NAME ...]

It needs PyTorch and NumPy (Debian: python3-torch). Every case below is a small network with random
weights, run forward and differentiated by torch.autograd. It shares no code with the TypeScript reference. `h2learn
verify` compares that reference with the files; they explain their own format in the field "format".

A seed is kept only when no neuron comes closer to its threshold or to an edge of its gradient window than MARGIN, so that
float32 and float64, and sums in another order, give the same spikes.
"""
import json
import math
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F

FORMAT = (
    "h2learn-graph-golden-1; arrays {shape, data} row-major or {shape, bits} as 0/1 text; time first, batch second. "
    "parameters: weights POP/INDEX (conv [out][in/groups][ky][kx], fc [out][in] with input flattened c,y,x, "
    "one-to-one [c][y][x]), POP/bias, POP/gain, POP/leak...; populations POP: u, s, mask, du = dLoss/du_t, "
    "ds = dLoss/ds_t (total derivatives, also off the mask); gradients as parameters."
)
MARGIN = 1e-4
# float32 beside float64, for the cases where the order of sums matters most
BOTH = ("identity-residual", "two-population-loop", "synaptic", "alif", "batch-norm", "weight-standardisation")
OUT = pathlib.Path(__file__).resolve().parent.parent / "packages/snn-core/test/golden/graph"

LIF = {"model": "lif", "leak": 0.5, "th": 1, "window": [0, 2]}
READOUT = {"model": "lif", "leak": 0.5, "th": 1, "window": [-1, 3]}


def conv(source, out, k, **more):
    return {"from": source, "op": "conv", "out": out, "k": k, **more}


def fc(source, out, **more):
    return {"from": source, "op": "fc", "out": out, **more}


def pop(name, connections, neuron=LIF, **more):
    return {"name": name, "neuron": neuron, "connections": connections, **more}


def spikes(*shape, name="in", density=0.4):
    return {"name": name, "shape": list(shape), "kind": "spikes", "density": density}


def analog(*shape, name="in", moving=False):
    return {"name": name, "shape": list(shape), "kind": "analog", "moving": moving}


def hidden(neuron, recurrent=True, size=5, T=5, loss="rate-mse", readout=READOUT, **more):
    """One hidden population of a neuron model, usually with a recurrence, and a read-out."""
    own = [fc("in", size)] + ([fc("h", size, delay=1)] if recurrent else [])
    return {"T": T, "inputs": [spikes(4, 1, 1)], "loss": loss,
            "populations": [pop("h", own, neuron, **more), pop("o", [fc("h", 3)], readout)]}


CASES = {
    "identity-residual": {"T": 3, "inputs": [spikes(1, 3, 3)], "populations": [
        pop("a", [conv("in", 2, 3)]), pop("b", [conv("a", 2, 3), {"from": "a", "op": "identity"}]),
        pop("o", [fc("b", 3)], READOUT)]},
    "strided-projection": {"T": 3, "inputs": [analog(1, 4, 4)], "populations": [
        pop("a", [conv("in", 2, 3)], {**LIF, "reset": "subtract"}, bias=True),
        pop("b", [conv("a", 4, 3, stride=2, groups=2), conv("a", 4, 1, stride=2, pad=0)], {**LIF, "reset": "none"}),
        pop("o", [fc("b", 3)], READOUT)]},
    "depthwise-max-pool": {"T": 3, "inputs": [spikes(2, 4, 4)], "populations": [
        pop("a", [conv("in", 2, 3, groups=2)]),
        pop("o", [fc("a", 3, pool_from={"kind": "max", "k": 2})], READOUT)]},
    "average-pools": {"T": 3, "inputs": [spikes(1, 6, 6)], "populations": [
        pop("a", [conv("in", 2, 3), conv("in", 2, 1, delay=1, pad=0)], pool=2, bias=True),
        pop("o", [fc("a", 3, pool_from={"kind": "avg", "k": 2})], READOUT)]},
    "one-to-one-recurrence": {"T": 5, "inputs": [spikes(4, 1, 1)], "populations": [
        pop("h", [fc("in", 5), {"from": "h", "op": "one-to-one", "delay": 1}], bias=True),
        pop("o", [fc("h", 3)], {**READOUT, "detach_reset": True})], "loss": "count-ce"},
    "two-population-loop": {"T": 5, "inputs": [spikes(4, 1, 1)], "populations": [
        pop("e", [fc("in", 5), fc("i", 5, delay=1)]),
        pop("i", [fc("e", 5), {"from": "e", "op": "identity", "delay": 1}], {**LIF, "leak": 0.8}),
        pop("o", [fc("i", 3), fc("e", 3, delay=1)], READOUT)]},
    "convolutional-loop": {"T": 4, "inputs": [analog(1, 3, 3, moving=True)], "populations": [
        pop("a", [conv("in", 2, 3), conv("b", 2, 3, delay=1, pool_from={"kind": "max", "k": 1})]),
        pop("b", [conv("a", 2, 3), conv("b", 2, 1, delay=1)], norm="ws"),
        pop("o", [fc("b", 3, pool_from={"kind": "avg", "k": 3})], {"model": "li", "leak": 0.9})], "loss": "max-ce",
        "label_smoothing": 0.1},
    "lif-learned": hidden({**LIF, "leak": [0.9, 0.7, 0.5, 0.3, 0.1], "reset": "subtract", "learn": ["leak", "th"],
                           "detach_threshold": False}),
    "if": hidden({"model": "if", "th": 1, "window": [0, 2], "reset": "subtract"}, recurrent=False),
    "plif": hidden({"model": "plif", "leak_logit": 0.4, "th": 1, "window": [0, 2], "learn": ["leak_logit"]}),
    "synaptic": hidden({"model": "synaptic", "leak": 0.7, "leak_syn": [0.6, 0.5, 0.4, 0.3, 0.2], "th": 1,
                        "window": [0, 2], "learn": ["leak", "leak_syn"]}, loss="last-ce",
                       readout={"model": "li", "leak": 0.8, "learn": ["leak"]}),
    "alpha": hidden({"model": "alpha", "leak": 0.6, "leak_syn": 0.5, "th": 1, "window": [0, 2], "reset": "subtract",
                     "learn": ["leak_syn"]}),
    "alif": hidden({"model": "alif", "leak": 0.8, "rho": 0.9, "kappa": 0.3, "th": [1, 0.8, 0.9, 1.1, 1],
                    "window": [0, 2], "learn": ["kappa", "rho", "th"], "detach_threshold": False}),
    "refractory": hidden({**LIF, "leak": 0.9, "refractory": 2}, T=7),
    "arctan": hidden({"model": "lif", "leak": 0.5, "th": 1, "surrogate": {"kind": "arctan", "slope": 1}}),
    "fast-sigmoid": hidden({"model": "lif", "leak": 0.5, "th": [1, 0.9, 0.8, 0.7, 0.6],
                            "surrogate": {"kind": "fast-sigmoid", "slope": 2}}),
    "triangle": hidden({"model": "lif", "leak": 0.5, "th": 1, "surrogate": {"kind": "triangle", "width": 1.5}}),
    "batch-norm": {"T": 3, "inputs": [spikes(1, 4, 4)], "populations": [
        pop("a", [conv("in", 2, 3)], norm="bn", bias=True, pool=2), pop("o", [fc("a", 3)], READOUT)]},
    "weight-standardisation": {"T": 3, "inputs": [spikes(2, 3, 3)], "populations": [
        pop("a", [conv("in", 2, 3), conv("in", 2, 1, delay=1)], norm="ws", bias=True),
        pop("o", [fc("a", 3)], READOUT)], "loss": "count-ce", "label_smoothing": 0.2},
    "two-inputs-two-outputs": {"T": 4, "inputs": [spikes(4, 1, 1), analog(3, 1, 1, name="aux")], "populations": [
        pop("h", [fc("in", 5), fc("aux", 5)]),
        pop("p", [fc("h", 3)], READOUT), pop("q", [fc("h", 3), fc("aux", 3, delay=1)], READOUT)],
        "outputs": ["p", "q"]},
    "per-neuron-constants": {"T": 3, "inputs": [spikes(1, 3, 3)], "populations": [
        pop("a", [conv("in", 2, 3)], {"model": "lif", "leak": [i / 20 for i in range(18)], "th": 1, "window": [0, 2],
                                      "learn": ["leak"]}),
        pop("o", [fc("a", 3)], READOUT)]},
}


class Spike(torch.autograd.Function):
    """A step forward, a surrogate of its derivative backward; `slope` is fire'(v) where it was evaluated."""

    @staticmethod
    def forward(ctx, distance, slope):
        ctx.save_for_backward(slope)
        return (distance >= 0).to(distance.dtype)

    @staticmethod
    def backward(ctx, grad):
        (slope,) = ctx.saved_tensors
        return grad * slope, None


def slope_of(neuron, v, threshold):
    kind = neuron.get("surrogate", {"kind": "rectangular", "height": neuron.get("beta", 1)})
    x = v - threshold
    if kind["kind"] == "rectangular":
        low, high = neuron["window"]
        return ((v > low) & (v < high)).to(v.dtype) * kind["height"]
    if kind["kind"] == "arctan":
        return 1 / (1 + (math.pi * kind["slope"] * x) ** 2)
    if kind["kind"] == "fast-sigmoid":
        return 1 / (1 + kind["slope"] * x.abs()) ** 2
    return torch.clamp(1 - x.abs() / kind["width"], min=0) / kind["width"]


class Net:
    """A case in one number type: its parameters, and the states of every population over time."""

    def __init__(self, spec, seed, dtype):
        self.spec, self.dtype = spec, dtype
        self.random = torch.Generator().manual_seed(seed)
        self.shapes = {i["name"]: i["shape"] for i in spec["inputs"]}
        self.parameters, self.margin = {}, float("inf")
        self.inputs = {i["name"]: self.draw_input(i) for i in spec["inputs"]}
        # a population that is read before it is written has the shape of its first connection
        for _ in range(2):
            for p in spec["populations"]:
                self.infer(p)
        for p in spec["populations"]:
            self.draw_parameters(p)

    def uniform(self, *shape):
        return torch.rand(*shape, generator=self.random, dtype=torch.float64)

    def draw_input(self, i):
        T, B = self.spec["T"], self.spec["batch"]
        if i["kind"] == "spikes":
            return (self.uniform(T, B, *i["shape"]) < i["density"]).to(self.dtype)
        frames = T if i["moving"] else 1
        values = torch.round(self.uniform(frames, B, *i["shape"]) * 256) / 256
        return values.expand(T, B, *i["shape"]).to(self.dtype)

    def infer(self, p):
        for n, c in enumerate(p["connections"]):
            if c["from"] not in self.shapes:
                continue
            C, H, W = self.shapes[c["from"]]
            if "pool_from" in c:
                H, W = H // c["pool_from"]["k"], W // c["pool_from"]["k"]
            if c["op"] == "conv":
                k, s = c["k"], c.get("stride", 1)
                pad = c.get("pad", k // 2)
                shape = [c["out"], (H + 2 * pad - k) // s + 1, (W + 2 * pad - k) // s + 1]
                c["weights"] = [c["out"], C // c.get("groups", 1), k, k]
            elif c["op"] == "fc":
                shape, c["weights"] = [c["out"], 1, 1], [c["out"], C * H * W]
            else:
                shape = [C, H, W]
                if c["op"] == "one-to-one":
                    c["weights"] = shape
            if p["name"] not in self.shapes:
                k = p.get("pool", 1)
                self.shapes[p["name"]] = [shape[0], shape[1] // k, shape[2] // k]

    def draw_parameters(self, p):
        name, (C, H, W) = p["name"], self.shapes[p["name"]]

        def add(key, values):
            self.parameters[f"{name}/{key}"] = values.to(torch.float32).to(self.dtype).requires_grad_(True)

        for n, c in enumerate(p["connections"]):
            if "weights" in c:
                fan_in = math.prod(c["weights"][1:]) if c["op"] != "one-to-one" else 1
                add(n, (self.uniform(*c["weights"]) * 2 - 0.6) * 2.5 / math.sqrt(fan_in))
        if p.get("norm"):
            add("gain", 1.2 + self.uniform(C))
        if p.get("bias"):
            add("bias", self.uniform(C) * 0.6 - 0.2)
        for key in p["neuron"].get("learn", []):
            add(key, torch.tensor(p["neuron"][key], dtype=torch.float64))

    def constant(self, p, key):
        """A number of the neuron, broadcast over [B, C, H, W]."""
        value = self.parameters.get(f"{p['name']}/{key}", p["neuron"].get(key))
        value = value if torch.is_tensor(value) else torch.tensor(value, dtype=self.dtype)
        C, H, W = self.shapes[p["name"]]
        if value.dim() == 0:
            return value
        return value.reshape(1, C, H, W) if value.numel() == C * H * W else value.reshape(1, C, 1, 1)

    def weight(self, p, n):
        w = self.parameters[f"{p['name']}/{n}"]
        if p.get("norm") != "ws":
            return w
        flat = w.flatten(1)
        centred = flat - flat.mean(1, keepdim=True)
        unit = centred / torch.sqrt((centred ** 2).sum(1, keepdim=True) + 1e-4)
        return (unit * self.parameters[f"{p['name']}/gain"].unsqueeze(1)).reshape(w.shape)

    def current(self, p, n, x):
        c = p["connections"][n]
        if "pool_from" in c:
            pool = {"avg": F.avg_pool2d, "max": F.max_pool2d}[c["pool_from"]["kind"]]
            x = pool(x, c["pool_from"]["k"])
        if c["op"] == "identity":
            return x
        w = self.weight(p, n)
        if c["op"] == "one-to-one":
            return x * w
        if c["op"] == "fc":
            return F.linear(x.flatten(1), w)[:, :, None, None]
        return F.conv2d(x, w, None, c.get("stride", 1), c.get("pad", c["k"] // 2), 1, c.get("groups", 1))

    def neuron(self, p, current, state):
        """One timestep of a population; `state` holds its variables of the timestep before."""
        neuron, first = p["neuron"], not state
        zero = torch.zeros_like(current)
        u, s = state.get("u", zero), state.get("s", zero)
        model = neuron["model"]
        if model == "li":
            state["u"] = self.constant(p, "leak") * u + current
            return
        leak = (torch.sigmoid(self.constant(p, "leak_logit")) if model == "plif"
                else 1.0 if model == "if" else self.constant(p, "leak"))
        th = self.constant(p, "th")
        gate = s.detach() if neuron.get("detach_reset") else s
        reset = neuron.get("reset", "zero")
        kept = u * (1 - gate) if reset == "zero" else u - th * gate if reset == "subtract" else u
        drive = current
        if model in ("synaptic", "alpha"):
            decay = self.constant(p, "leak_syn")
            if model == "alpha":
                state["rise"] = decay * state.get("rise", zero) + current
                drive = state["rise"]
            state["synapse"] = decay * state.get("synapse", zero) + drive
            drive = state["synapse"]
        past = state.setdefault("past", [])
        span = neuron.get("refractory", 0)
        open_ = 1 - torch.clamp(sum(past[len(past) - span:], zero), max=1) if span and past else torch.ones_like(zero)
        state["u"] = v = leak * kept + drive * open_
        if model == "alif":
            state["a"] = self.constant(p, "rho") * state.get("a", zero) + s if not first else zero
            v = state["u"] - self.constant(p, "kappa") * state["a"]
        with torch.no_grad():
            slope = slope_of(neuron, v, th) * open_
            edges = [th] + ([torch.tensor(e, dtype=self.dtype) for e in neuron["window"]] if "window" in neuron else [])
            for edge in edges:
                self.margin = min(self.margin, torch.where(open_ > 0, (v - edge).abs(), zero + 1).min().item())
        compared = th if neuron.get("detach_threshold") is False else th.detach()
        state["s"] = Spike.apply(torch.where(open_ > 0, v - compared, zero - 1), slope)
        past.append(state["s"].detach())
        state["mask"] = slope != 0

    def run(self):
        T, pops = self.spec["T"], self.spec["populations"]
        record = {p["name"]: {"u": [], "s": [], "mask": []} for p in pops}

        def source(c, t):
            t -= c.get("delay", 0)
            if c["from"] in self.inputs:
                x = self.inputs[c["from"]]
                return x[t] if t >= 0 else torch.zeros_like(x[0])
            done = record[c["from"]]["s"]
            B = self.spec["batch"]
            return done[t] if t >= 0 else torch.zeros(B, *self.shapes[c["from"]], dtype=self.dtype)

        def summed(p, t):
            total = sum(self.current(p, n, source(c, t)) for n, c in enumerate(p["connections"]))
            return F.avg_pool2d(total, p["pool"]) if p.get("pool", 1) > 1 else total

        def biased(p, current):
            return current + self.parameters[f"{p['name']}/bias"].reshape(1, -1, 1, 1) if p.get("bias") else current

        def advance(p, current, state):
            self.neuron(p, biased(p, current), state)
            for key, values in record[p["name"]].items():
                if key in state:
                    values.append(state[key])
                    if key != "mask":
                        state[key].retain_grad()

        states = {p["name"]: {} for p in pops}
        if any(p.get("norm") == "bn" for p in pops):
            # statistics over all timesteps: one population after the other
            for p in pops:
                currents = torch.stack([summed(p, t) for t in range(T)])
                if p.get("norm") == "bn":
                    mean = currents.mean((0, 1, 3, 4), keepdim=True)
                    variance = currents.var((0, 1, 3, 4), unbiased=False, keepdim=True)
                    gain = self.parameters[f"{p['name']}/gain"].reshape(1, 1, -1, 1, 1)
                    currents = (currents - mean) / torch.sqrt(variance + 1e-5) * gain
                for t in range(T):
                    advance(p, currents[t], states[p["name"]])
        else:
            for t in range(T):
                for p in pops:
                    advance(p, summed(p, t), states[p["name"]])
        return record

    def loss(self, record, labels):
        smoothing, total = self.spec.get("label_smoothing", 0.0), 0
        for name in self.spec["outputs"]:
            kind = self.spec.get("loss", "rate-mse")
            if kind in ("rate-mse", "count-ce"):
                s = torch.stack(record[name]["s"]).flatten(2)
                if kind == "rate-mse":
                    total = total + ((s.mean(0) - F.one_hot(labels, s.shape[2]).to(self.dtype)) ** 2).mean()
                    continue
                scores = s.sum(0)
            else:
                u = torch.stack(record[name]["u"]).flatten(2)
                scores = u.max(0).values if kind == "max-ce" else u[-1]
            total = total + F.cross_entropy(scores, labels, label_smoothing=smoothing)
        return total


def array(values, bits=False):
    values = values.detach()
    flat = values.reshape(-1).tolist()
    if bits:
        return {"shape": list(values.shape), "bits": "".join("1" if v else "0" for v in flat)}
    if values.dtype == torch.float32:
        # the shortest decimal that float32 reads back
        flat = [float(str(numpy.float32(v))) for v in flat]
    return {"shape": list(values.shape), "data": [0 if v == 0 else v for v in flat]}


def make(name, seed, dtype):
    spec = json.loads(json.dumps({"batch": 2, **CASES[name]}))
    spec.setdefault("outputs", [spec["populations"][-1]["name"]])
    net = Net(spec, seed, dtype)
    classes = math.prod(net.shapes[spec["outputs"][0]])
    labels = torch.randint(0, classes, (spec["batch"],), generator=net.random)
    record = net.run()
    loss = net.loss(record, labels)
    loss.backward()
    grad = lambda v: v.grad if v.grad is not None else torch.zeros_like(v)
    populations, alive = {}, True
    for key, r in record.items():
        stacked = torch.stack(r["u"])
        out = {"u": array(stacked), "du": array(torch.stack([grad(v) for v in r["u"]]))}
        if r["s"]:
            s = torch.stack(r["s"])
            rate, mask = s.mean().item(), torch.stack(r["mask"])
            alive = alive and 0.1 < rate < 0.75 and bool(mask.any())
            out.update({"s": array(s, True), "mask": array(mask, True), "ds": array(torch.stack([grad(v) for v in r["s"]]))})
        populations[key] = out
    alive = alive and all(bool(grad(v).any()) for v in net.parameters.values())
    network = [{**p, "connections": [{k: v for k, v in c.items() if k != "weights"} for c in p["connections"]]}
               for p in spec["populations"]]
    return {
        "name": name, "origin": f"scripts/graph-golden.py, torch {torch.__version__}", "seed": seed,
        "dtype": "float64" if dtype == torch.float64 else "float32", "format": FORMAT,
        "T": spec["T"], "batch": spec["batch"],
        "inputs": [{k: i[k] for k in ("name", "shape", "kind")} for i in spec["inputs"]],
        "network": network, "outputs": spec["outputs"], "loss_kind": spec.get("loss", "rate-mse"),
        **({"label_smoothing": spec["label_smoothing"]} if "label_smoothing" in spec else {}),
        "labels": labels.tolist(), "loss": array(loss)["data"][0],
        "input_data": {i["name"]: array(net.inputs[i["name"]], i["kind"] == "spikes") for i in spec["inputs"]},
        "parameters": {k: array(v) for k, v in net.parameters.items()},
        "gradients": {k: array(grad(v)) for k, v in net.parameters.items()}, "populations": populations,
    }, net.margin, alive


def main(names):
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or CASES:
        for seed in range(1, 2000):
            case, margin, alive = make(name, seed, torch.float64)
            if margin > MARGIN and alive:
                break
        else:
            raise SystemExit(f"{name}: no seed fires and keeps its distance from every threshold")
        made = {"f64": case, **({"f32": make(name, seed, torch.float32)[0]} if name in BOTH else {})}
        for tag, vectors in made.items():
            path = OUT / f"{name}.{tag}.json"
            path.write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
        print(f"{name}: seed {seed}, loss {case['loss']:.4f}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
