"""Makes tiny random encoders and records what PyTorch computes with them.

Writes, for each of bert, distilbert and roberta, a directory as Hugging Face
keeps one (config.json, model.safetensors and the tokenizer's files), and
golden.json beside them:

    texts     each with its ids and, without padding, the last hidden states
              [T, H], and the mean, cls and max of them, scaled to length 1
    loss      of all texts together: the sum over the texts of
              dot(mean of the hidden states, not scaled, direction)
    direction [H]
    gradients of the loss by every parameter, under the canonical names; rows
              of the word and position tables that are all zero are left out,
              the others keyed by their row

Everything is float64 inside PyTorch but the weights, which are float32 values,
so that the numbers are exact to all the digits written.

    pip install torch==2.15.0 transformers==5.24.0
    python golden.py
"""

import json
import os
import shutil

import torch
from tokenizers import ByteLevelBPETokenizer, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer
from transformers import (BertConfig, BertModel, BertTokenizer, DistilBertConfig, DistilBertModel,
                          DistilBertTokenizer, RobertaConfig, RobertaModel, RobertaTokenizer)

HIDDEN, LAYERS, HEADS, INTERMEDIATE = 8, 2, 2, 12
TEXTS = [
    "The film is a small, quiet wonder.",
    "",
    "Naïve? Don't-miss it: 10/10!",
    "a a a",
    "It isn't the plot but the people that you remember, and the people are superb.",
]
CORPUS = TEXTS + ["the people remember a wonder", "small people are quiet", "a film that is superb"]
HERE = os.path.dirname(os.path.abspath(__file__))


def wordpiece(path):
    t = Tokenizer(WordPiece(unk_token="[UNK]"))
    t.normalizer, t.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    t.train_from_iterator(CORPUS, WordPieceTrainer(vocab_size=80, special_tokens=special, show_progress=False))
    vocab = sorted(t.get_vocab(), key=t.get_vocab().get)
    # Ids that depend on nothing but the set of pieces: training breaks ties at random.
    vocab = special + sorted(set(vocab) - set(special))
    with open(os.path.join(path, "vocab.txt"), "w") as f:
        f.write("".join(piece + "\n" for piece in vocab))
    return vocab


def bytepair(path):
    t = ByteLevelBPETokenizer()
    t.train_from_iterator(CORPUS, vocab_size=320, min_frequency=2, show_progress=False,
                          special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    t.save_model(path)
    return RobertaTokenizer.from_pretrained(path)


def canonical(name):
    """BERT's name of a parameter of DistilBERT."""
    for old, new in [
        ("transformer.layer.", "encoder.layer."), ("attention.q_lin", "attention.self.query"),
        ("attention.k_lin", "attention.self.key"), ("attention.v_lin", "attention.self.value"),
        ("attention.out_lin", "attention.output.dense"), ("sa_layer_norm", "attention.output.LayerNorm"),
        ("ffn.lin1", "intermediate.dense"), ("ffn.lin2", "output.dense"), ("output_layer_norm", "output.LayerNorm"),
    ]:
        name = name.replace(old, new)
    return name


def digits(x, n=9):
    if isinstance(x, list):
        return [digits(y, n) for y in x]
    return float(f"{x:.{n}g}")


def make(name, config, model_class, tokenizer_class):
    path = os.path.join(HERE, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    if name == "roberta":
        bytepair(path)
    else:
        wordpiece(path)
    tokenizer = tokenizer_class.from_pretrained(path)
    config = config(vocab_size=len(tokenizer))
    torch.manual_seed(len(name))
    model = model_class(config)
    with torch.no_grad():
        for parameter_name, p in model.named_parameters():
            # Large enough that every part of the network matters.
            p.add_(torch.randn_like(p) * (0.3 if p.dim() == 1 else 0.5))
    model.save_pretrained(path)
    tokenizer.save_pretrained(path)
    if name == "bert":
        os.remove(os.path.join(path, "vocab.txt"))  # tokenizer.json alone
    elif name == "distilbert":
        os.remove(os.path.join(path, "tokenizer.json"))  # vocab.txt alone
    else:
        for extra in ("vocab.json", "merges.txt"):
            os.remove(os.path.join(path, extra))

    model = model.double().eval()
    direction = torch.randn(HIDDEN, dtype=torch.float64)
    out = {"texts": [], "direction": digits(direction.tolist(), 17)}
    loss = 0
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        hidden = model(input_ids=torch.tensor([ids])).last_hidden_state[0]
        pooled = {"mean": hidden.mean(0), "cls": hidden[0], "max": hidden.max(0).values}
        loss = loss + pooled["mean"] @ direction
        out["texts"].append({
            "text": text, "ids": ids, "hidden": digits(hidden.tolist()),
            **{k: digits((v / v.norm()).tolist()) for k, v in pooled.items()},
        })
    loss.backward()
    out["loss"] = digits(loss.item(), 12)
    out["gradients"] = {}
    for parameter_name, p in model.named_parameters():
        parameter_name = canonical(parameter_name)
        if parameter_name.startswith("pooler."):
            continue
        g = p.grad.tolist()
        if parameter_name in ("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"):
            g = {str(i): digits(row) for i, row in enumerate(g) if any(row)}
        else:
            g = digits(g)
        out["gradients"][parameter_name] = g
    with open(os.path.join(path, "golden.json"), "w") as f:
        json.dump(out, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")


make("bert", lambda **k: BertConfig(
    hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=INTERMEDIATE,
    max_position_embeddings=64, attn_implementation="eager", **k), BertModel, BertTokenizer)
make("distilbert", lambda **k: DistilBertConfig(
    dim=HIDDEN, n_layers=LAYERS, n_heads=HEADS, hidden_dim=INTERMEDIATE,
    max_position_embeddings=64, attn_implementation="eager", **k), DistilBertModel, DistilBertTokenizer)
make("roberta", lambda **k: RobertaConfig(
    hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=INTERMEDIATE,
    max_position_embeddings=66, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    attn_implementation="eager", **k), RobertaModel, RobertaTokenizer)
