"""Writes all-MiniLM-L6-v2 in the form that embeddings/embed reads. Called by scripts/minilm.sh.

    export.py weights MODEL_DIR OUT    the model, int4 in groups of 32
    export.py reference MODEL_DIR TEXTS OUT    float32 vectors of the texts, for the tests

The file, little endian:
    "limn minilm 1\n", uint32 length, that much JSON (sizes), then without gaps
    table   int8 [16][16]       value of a nibble under a group's step: table[step][nibble]
    vocab   the word pieces, joined by "\n", in the order of the rows
    words   a matrix of one row a piece
    places  float32 [positions] scales, int8 [positions][384]; the embedding of token type 0 is added in
    norm    float32 [384] weight, [384] bias
    layers  6 times: qkv, attention output, norm, widen, narrow, norm
A weight is scale of its row x table[step of its group of 32][nibble]. The product of the last two is an
int8, so that a reader needs no rounding.
A matrix of words is float32 [rows] scales, steps two a byte [rows][6], nibbles two a byte [rows][192].
A matrix of a layer is float32 [out] scales, float32 [out] biases, steps two a byte [out/8][in/32][4], nibbles two a byte
[out/8][in/2][8]: of eight rows side by side, the weights of two neighbouring inputs in one byte. In both,
the low half is the first. The query rows of qkv have 1/sqrt(32) multiplied in.
"""

import json
import math
import struct
import sys
from pathlib import Path

import numpy as np

WIDE, HEADS, LAYERS, POSITIONS, GROUP = 384, 12, 6, 256, 32
# Levels that lie closer around zero, where most weights are.
LEVELS = np.array([-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], np.float64)
TABLE = np.rint(LEVELS[None, :] * np.arange(1, 17)[:, None] / 16).astype(np.int8)


def tensors(model):
    raw = (Path(model) / "model.safetensors").read_bytes()
    n = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, t in json.loads(raw[8 : 8 + n]).items():
        if name != "__metadata__" and t["dtype"] == "F32":
            a, b = t["data_offsets"]
            out[name] = np.frombuffer(raw[8 + n + a : 8 + n + b], np.float32).reshape(t["shape"])
    return out


# ---- the model in float32 --------------------------------------------------------------------------------

_erf = np.vectorize(math.erf)
_grid = np.linspace(-6, 6, 24_001)  # a straight line between errs by less than 1e-7
_erf_grid = _erf(_grid)


def gelu(x):
    return (x * 0.5 * (1 + np.interp(x / math.sqrt(2), _grid, _erf_grid))).astype(np.float32)


def norm(x, w, b):
    m = x.mean(-1, keepdims=True, dtype=np.float64)
    v = ((x - m) ** 2).mean(-1, keepdims=True, dtype=np.float64)
    return ((x - m) / np.sqrt(v + 1e-12) * w + b).astype(np.float32)


class Reference:
    """BERT as its paper and the model's config say; one text at a time, so nothing is padded."""

    def __init__(self, t):
        self.word = t["embeddings.word_embeddings.weight"]
        self.place = t["embeddings.position_embeddings.weight"] + t["embeddings.token_type_embeddings.weight"][0]
        self.norm = t["embeddings.LayerNorm.weight"], t["embeddings.LayerNorm.bias"]
        self.layers = []
        for i in range(LAYERS):
            p = f"encoder.layer.{i}."
            g = lambda n: (t[p + n + ".weight"], t[p + n + ".bias"])
            qkv = [g("attention.self." + n) for n in ("query", "key", "value")]
            self.layers.append(
                {
                    "qkv": (np.concatenate([w for w, _ in qkv]), np.concatenate([b for _, b in qkv])),
                    "out": g("attention.output.dense"),
                    "norm1": g("attention.output.LayerNorm"),
                    "widen": g("intermediate.dense"),
                    "narrow": g("output.dense"),
                    "norm2": g("output.LayerNorm"),
                }
            )

    def start(self, texts):
        """What enters the first layer, [tokens of all texts][WIDE]."""
        ids = np.concatenate([np.asarray(x) for x in texts])
        at = np.concatenate([np.arange(len(x)) for x in texts])
        return norm(self.word[ids] + self.place[at], *self.norm)

    def layer(self, i, h, texts, seen=lambda name, x: None):
        """What leaves layer i. seen is shown what enters each of its matrices."""
        l = self.layers[i]
        seen("qkv", h)
        qkv, c, a = h @ l["qkv"][0].T + l["qkv"][1], np.empty_like(h), 0
        for n in map(len, texts):
            q, k, v = (x.reshape(n, HEADS, -1).transpose(1, 0, 2) for x in np.split(qkv[a : a + n], 3, 1))
            s = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
            s = np.exp(s - s.max(-1, keepdims=True))
            c[a : a + n] = ((s / s.sum(-1, keepdims=True)) @ v).transpose(1, 0, 2).reshape(n, WIDE)
            a += n
        seen("out", c)
        h = norm(h + c @ l["out"][0].T + l["out"][1], *l["norm1"])
        seen("widen", h)
        f = gelu(h @ l["widen"][0].T + l["widen"][1])
        seen("narrow", f)
        return norm(h + f @ l["narrow"][0].T + l["narrow"][1], *l["norm2"])

    def embed(self, texts):
        """The vectors of texts, each a list of token ids."""
        h = self.start(texts)
        for i in range(LAYERS):
            h = self.layer(i, h, texts)
        out = np.stack([x.mean(0) for x in np.split(h, np.cumsum([len(x) for x in texts])[:-1])])
        return out / np.linalg.norm(out, axis=1, keepdims=True)


# ---- int4 ------------------------------------------------------------------------------------------------


def nearest(x, step):
    """Indices of the levels of TABLE[step] nearest to x, elementwise."""
    out = np.empty(x.shape, np.uint8)
    for s in range(16):
        m = step == s
        if m.any():
            levels = TABLE[s].astype(np.float64)
            out[m] = np.searchsorted((levels[1:] + levels[:-1]) / 2, x[m])
    return out


def best_steps(x, weight):
    """x: [rows][GROUP] in units of the rows' scales. The step of each row with the least weighted error."""
    best, err = np.zeros(len(x), np.int64), np.full(len(x), np.inf)
    for s in range(16):
        levels = TABLE[s].astype(np.float64)
        q = levels[np.searchsorted((levels[1:] + levels[:-1]) / 2, x)]
        e = ((q - x) ** 2 * weight).sum(1)
        better = e < err
        best[better], err[better] = s, e[better]
    return best, err


def scales(w, weight):
    """The scale of each row with the least weighted error, of a few below its largest weight."""
    rows, n = w.shape
    top = np.abs(w).max(1) / 120
    top[top == 0] = 1
    best, err = top.copy(), np.full(rows, np.inf)
    for f in (0.65, 0.8, 0.95, 1.1):
        e = np.zeros(rows)
        for g in range(0, n, GROUP):
            e += best_steps(w[:, g : g + GROUP] / (top * f)[:, None], weight[g : g + GROUP])[1] * (top * f) ** 2
        better = e < err
        best[better], err[better] = (top * f)[better], e[better]
    return best.astype(np.float32)


def quantize(w, hessian=None):
    """-> scales [rows], steps [rows][n/32], nibbles [rows][n]. With the second moments of the inputs the
    error of a column is made good by the columns after it (GPTQ, Frantar and others 2022)."""
    w = w.astype(np.float64).copy()
    rows, n = w.shape
    if hessian is None:
        diag, upper = np.ones(n), None
    else:
        h = hessian + np.eye(n) * 0.01 * np.trace(hessian) / n
        diag = np.diag(h)
        upper = np.linalg.cholesky(np.linalg.inv(h)).T
    scale = scales(w, diag)
    s64 = scale.astype(np.float64)
    steps, nib = np.zeros((rows, n // GROUP), np.uint8), np.zeros((rows, n), np.uint8)
    for g in range(0, n, GROUP):
        st, _ = best_steps(w[:, g : g + GROUP] / s64[:, None], diag[g : g + GROUP])
        steps[:, g // GROUP] = st
        if upper is None:
            nib[:, g : g + GROUP] = nearest(w[:, g : g + GROUP] / s64[:, None], np.repeat(st[:, None], GROUP, 1))
            continue
        errs = np.zeros((rows, GROUP))
        for j in range(g, g + GROUP):
            nib[:, j] = nearest(w[:, j] / s64, st)
            e = (w[:, j] - TABLE[st, nib[:, j]] * s64) / upper[j, j]
            w[:, j : g + GROUP] -= e[:, None] * upper[j, j : g + GROUP]
            errs[:, j - g] = e
        w[:, g + GROUP :] -= errs @ upper[g : g + GROUP, g + GROUP :]
    return scale, steps, nib


def restore(q):
    scale, steps, nib = q
    return (TABLE[np.repeat(steps, GROUP, 1), nib] * scale[:, None]).astype(np.float32)


def halves(a):
    """Two values below 16 a byte, the first in the low half, along the last axis."""
    return (a[..., 0::2] | a[..., 1::2] << 4).astype(np.uint8)


# ---- texts to measure inputs on ---------------------------------------------------------------------------

SHAPES = (
    "how many {} are there for each {}?", "show the {} of all {} in {} last year", "{}", "{} {}", "{} {} {}",
    "{}: {} id, {} name, {} {}, {} date, {}, {} {}", "table {} with columns {}, {}, {} {}, {} and {}",
    "the {} {} of a {} is the {} {} divided by the {}", "{} by {}", "average {} per {} and {} between {} and {}",
    "one row for each {} that has {} or {}; {} is in {} and does not hold {}.", "which {} had the most {} in {}?",
)


def calibration(model):
    """Token ids of 1,500 sentences of random whole words, always the same."""
    from tokenizers import Tokenizer

    tok = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))
    tok.no_padding(), tok.no_truncation()
    words = [w for w, i in sorted(tok.get_vocab().items(), key=lambda x: x[1]) if w.isascii() and w.isalpha() and len(w) > 2]
    r = np.random.default_rng(20)
    pick = lambda: words[int(len(words) * r.random() ** 2)]
    texts = []
    for i in range(1500):
        shape = SHAPES[i % len(SHAPES)]
        texts.append(shape.format(*[pick() for _ in range(shape.count("{}"))]))
    return [e.ids for e in tok.encode_batch(texts)]


def weights(model, out):
    t = tensors(model)
    ref, asked = Reference(t), Reference(t)
    ids = calibration(model)
    pieces = (Path(model) / "vocab.txt").read_text("utf-8").splitlines()
    keep = [i for i, p in enumerate(pieces) if not p.startswith("[unused") and p != "[MASK]"]
    blob = [TABLE.tobytes(), "\n".join(pieces[i] for i in keep).encode()]

    q = quantize(ref.word[keep])
    blob += [q[0].tobytes(), halves(q[1]).tobytes(), halves(q[2]).tobytes()]
    asked.word = ref.word.copy()
    asked.word[keep] = restore(q)
    place = ref.place[:POSITIONS]
    s = (np.abs(place).max(1) / 127).astype(np.float32)
    p8 = np.rint(place / s[:, None]).astype(np.int8)
    asked.place = p8 * s[:, None]
    blob += [s.tobytes(), p8.tobytes(), *(x.astype("<f4").tobytes() for x in ref.norm)]

    # Each matrix is measured with what really enters it, behind those already quantized.
    state = asked.start(ids)
    for i in range(LAYERS):
        for name in ("qkv", "out", "widen", "narrow"):
            w, b = ref.layers[i][name]
            moments = {}

            def seen(at, x):
                if at == name:
                    moments[at] = (x.T @ x).astype(np.float64) / len(x)

            asked.layer(i, state, ids, seen)
            q = quantize(w, moments[name])
            asked.layers[i][name] = restore(q), b
            scale, b = q[0].copy(), b.copy()
            if name == "qkv":
                scale[:WIDE] /= np.float32(math.sqrt(32))
                b[:WIDE] /= np.float32(math.sqrt(32))
            n_out, n_in = w.shape
            steps = q[1].reshape(n_out // 8, 8, -1).transpose(0, 2, 1)
            nib = halves(q[2]).reshape(n_out // 8, 8, -1).transpose(0, 2, 1)
            blob += [scale.astype("<f4").tobytes(), b.astype("<f4").tobytes(), halves(steps).tobytes(), np.ascontiguousarray(nib).tobytes()]
            if name in ("out", "narrow"):
                blob += [x.astype("<f4").tobytes() for x in ref.layers[i]["norm1" if name == "out" else "norm2"]]
        state = asked.layer(i, state, ids)
        print(f"layer {i}", file=sys.stderr)
    head = json.dumps({"pieces": len(keep), "vocab": len(blob[1]), "positions": POSITIONS, "layers": LAYERS, "source": "sentence-transformers/all-MiniLM-L6-v2, Apache-2.0"}).encode()
    Path(out).write_bytes(b"limn minilm 1\n" + struct.pack("<I", len(head)) + head + b"".join(blob))
    some = ids[::10]
    cos = (ref.embed(some) * asked.embed(some)).sum(1)
    print(f"{Path(out).stat().st_size} bytes; cosine to float32 on the texts of calibration: {cos.mean():.4f}, least {cos.min():.4f}", file=sys.stderr)


def reference(model, texts, out):
    """A line of JSON a text: the text, the token ids that the model's own tokenizer gives, and the vector as
    int8 times a scale. Where a line of texts has a tab, what follows it is what the reference reads."""
    from tokenizers import Tokenizer

    tok = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))
    tok.no_padding(), tok.enable_truncation(POSITIONS)
    ref = Reference(tensors(model))
    vocab = tok.get_vocab()
    name = {i: p for p, i in vocab.items()}
    with open(out, "w", encoding="utf-8") as f:
        for line in Path(texts).read_text("utf-8").splitlines():
            if not line or line.startswith("# "):
                continue
            text, _, plain = line.partition("\t")
            ids = tok.encode(plain or text).ids
            v = ref.embed([ids])[0]
            s = float(np.abs(v).max() / 127)
            f.write(json.dumps({"text": text, "pieces": " ".join(name[i] for i in ids), "scale": round(s, 9), "vector": bytes((np.rint(v / s).astype(np.int8)).view(np.uint8)).hex()}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    {"weights": weights, "reference": reference}[sys.argv[1]](*sys.argv[2:])
