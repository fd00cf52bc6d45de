# What numpy, scipy and scikit-learn need for the same, once the columns are
# arrays in their memory; the way there is not counted.
# peer_scipy.py FILE ROUNDS: FILE has rows "score label is_reference group".
# Prints lines "round measure scipy seconds", as the bench records them.
import sys
import time

import numpy
from scipy.stats import ks_2samp
from sklearn.metrics import roc_auc_score

data = numpy.loadtxt(sys.argv[1])
score, label, reference = data[:, 0], data[:, 1] == 1, data[:, 2] == 1
group = data[:, 3].astype(int)


def fairness():
    predicted = score >= 0.5
    counts = numpy.bincount(group * 4 + predicted * 2 + label).reshape(-1, 2, 2)[1:]
    fn, tp, tn, fp = counts[:, 0, 1], counts[:, 1, 1], counts[:, 0, 0], counts[:, 1, 0]
    n = tp + fp + tn + fn
    return (tp + fp) / n, tp / (tp + fn), fp / (fp + tn), tp / (tp + fp), (tp + fn) / n


def psi():
    edges = numpy.quantile(score[reference], numpy.arange(1, 10) / 10)
    r, c = (numpy.bincount(numpy.searchsorted(edges, s), minlength=10) / len(s)
            for s in (score[reference], score[~reference]))
    r, c = numpy.where(r == 0, 1e-4, r), numpy.where(c == 0, 1e-4, c)
    return numpy.sum((c - r) * numpy.log(c / r))


measures = {
    'auroc': lambda: roc_auc_score(label, score),
    'fairness': fairness,
    'psi': psi,
    'ks': lambda: ks_2samp(score[reference], score[~reference], method='asymp'),
}
for turn in range(1, int(sys.argv[2]) + 1):
    for name, compute in measures.items():
        start = time.perf_counter()
        compute()
        print(turn, 'metric_' + name, 'scipy', time.perf_counter() - start, sep='\t')
