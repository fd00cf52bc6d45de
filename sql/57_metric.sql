-- Metrics of a score against outcomes, and of a distribution against its
-- reference, as aggregates (ISO/IEC 42001 9.1, A.6.2.6). doc/metrics.md has
-- formulas, choices and sources; src/stat_*.c the calculations.
--
-- For all: a row with a NULL is skipped, and counted in the composites; NaN and
-- infinity are refused (22023); undefined is NULL.

-- Results

CREATE TYPE aims.auroc_detail AS (
    value     float8,
    low       float8,
    high      float8,
    positives bigint,
    negatives bigint,
    skipped   bigint);
COMMENT ON TYPE aims.auroc_detail IS
    'AUROC with its 95 % interval (DeLong 1988, cut at 0 and 1; NULL with fewer than two rows of a class, or where the estimated variance is 0), rows of each class, rows with a NULL';

CREATE TYPE aims.ks_test AS (
    statistic   float8,
    p_value     float8,
    method      text,
    n_reference bigint,
    n_current   bigint,
    skipped     bigint);
COMMENT ON TYPE aims.ks_test IS
    'Two-sample Kolmogorov-Smirnov test, two-sided: D, p, how p was computed (exact up to 10,000 rows of both samples together, asymptotic beyond), rows of each sample, rows with a NULL';

CREATE TYPE aims.psi_detail AS (
    value            float8,
    expected         float8,
    bins             integer,
    edges            float8[],
    reference_counts bigint[],
    current_counts   bigint[],
    n_reference      bigint,
    n_current        bigint,
    skipped          bigint);
COMMENT ON TYPE aims.psi_detail IS
    'Population stability index with the value expected by chance for these sample sizes, number of bins after equal edges were merged, upper edges of all bins but the last, rows of each sample in each bin and in all, rows with a NULL';

CREATE TYPE aims.confusion_matrix AS (
    threshold        float8,
    tp               bigint,
    fp               bigint,
    tn               bigint,
    fn               bigint,
    skipped          bigint,
    sensitivity      float8,
    sensitivity_low  float8,
    sensitivity_high float8,
    specificity      float8,
    specificity_low  float8,
    specificity_high float8,
    ppv              float8,
    ppv_low          float8,
    ppv_high         float8,
    npv              float8,
    npv_low          float8,
    npv_high         float8,
    f1               float8);
COMMENT ON TYPE aims.confusion_matrix IS
    'Counts at a threshold, rows with a NULL, and rates with 95 % Wilson intervals; NULL where the denominator is 0';

CREATE TYPE aims.calibration_bin AS (
    low        float8,
    high       float8,
    n          bigint,
    mean_score float8,
    rate       float8,
    rate_low   float8,
    rate_high  float8);
COMMENT ON TYPE aims.calibration_bin IS
    'A point of a calibration curve: scores in (low, high] (the first bin includes low), their number and mean, and the share that came true with its 95 % Wilson interval; NULL where the bin is empty';

CREATE TYPE aims.calibration_detail AS (
    value      float8,
    largest    float8,
    observed   float8,
    expected   float8,
    oe_ratio   float8,
    slope      float8,
    intercept  float8,
    n          bigint,
    positives  bigint,
    fitted     bigint,
    skipped    bigint,
    method     text,
    curve      aims.calibration_bin[]);
COMMENT ON TYPE aims.calibration_detail IS
    'Expected calibration error and the largest of a bin; share of positives, mean score and their ratio; slope and intercept of a logistic regression of the label on the logit of the score (NULL where it does not exist); rows, positives, rows that have a logit (score neither 0 nor 1) and were fitted, rows with a NULL; kind of bins, and the curve';

CREATE TYPE aims.fairness_group AS (
    grp                 text,
    n                   bigint,
    tp                  bigint,
    fp                  bigint,
    tn                  bigint,
    fn                  bigint,
    skipped             bigint,
    selection_rate      float8,
    selection_rate_low  float8,
    selection_rate_high float8,
    tpr                 float8,
    tpr_low             float8,
    tpr_high            float8,
    fpr                 float8,
    fpr_low             float8,
    fpr_high            float8,
    fnr                 float8,
    fnr_low             float8,
    fnr_high            float8,
    ppv                 float8,
    ppv_low             float8,
    ppv_high            float8,
    fdr                 float8,
    fdr_low             float8,
    fdr_high            float8,
    base_rate           float8,
    base_rate_low       float8,
    base_rate_high      float8);
COMMENT ON TYPE aims.fairness_group IS
    'Predictions against outcomes in one group: rows, counts, rows whose prediction or label is NULL; share predicted positive, true and false positive rate, false negative rate, positive predictive value, false discovery rate and base rate, each with its 95 % Wilson interval, NULL where the denominator is 0';

-- Transitions, for the aggregates alone

CREATE FUNCTION aims.sample_accum(internal, float8, boolean) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_sample_accum';
COMMENT ON FUNCTION aims.sample_accum(internal, float8, boolean) IS
    'Transition of aggregates over two samples: value, and whether it is of the second sample (positive, reference)';

CREATE FUNCTION aims.sample_accum(internal, float8, boolean, integer) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_sample_accum';
COMMENT ON FUNCTION aims.sample_accum(internal, float8, boolean, integer) IS
    'Transition of aggregates over two samples, with the number of bins';

CREATE FUNCTION aims.sample_accum(internal, float8, boolean, integer, text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_sample_accum';
COMMENT ON FUNCTION aims.sample_accum(internal, float8, boolean, integer, text) IS
    'Transition of aggregates over two samples, with number and kind of bins';

CREATE FUNCTION aims.sample_combine(internal, internal) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_sample_combine';
COMMENT ON FUNCTION aims.sample_combine(internal, internal) IS
    'Joins two states of two samples';

CREATE FUNCTION aims.sample_serial(internal) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_sample_serial';
COMMENT ON FUNCTION aims.sample_serial(internal) IS
    'What a parallel worker sends of two samples; 54000 past 1 GB';

CREATE FUNCTION aims.sample_deserial(bytea, internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_sample_deserial';
COMMENT ON FUNCTION aims.sample_deserial(bytea, internal) IS
    'What a parallel worker has sent of two samples';

CREATE FUNCTION aims.auroc_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_auroc_final';
COMMENT ON FUNCTION aims.auroc_final(internal) IS
    'Final function of aims.auroc';

CREATE FUNCTION aims.auroc_detail_final(internal) RETURNS aims.auroc_detail
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_auroc_detail_final';
COMMENT ON FUNCTION aims.auroc_detail_final(internal) IS
    'Final function of aims.auroc_detail';

CREATE FUNCTION aims.average_precision_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_average_precision_final';
COMMENT ON FUNCTION aims.average_precision_final(internal) IS
    'Final function of aims.average_precision';

CREATE FUNCTION aims.pr_auc_trapezoid_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_pr_auc_trapezoid_final';
COMMENT ON FUNCTION aims.pr_auc_trapezoid_final(internal) IS
    'Final function of aims.pr_auc_trapezoid';

CREATE FUNCTION aims.ks_final(internal) RETURNS aims.ks_test
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_ks_final';
COMMENT ON FUNCTION aims.ks_final(internal) IS
    'Final function of aims.ks';

CREATE FUNCTION aims.wasserstein_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_wasserstein_final';
COMMENT ON FUNCTION aims.wasserstein_final(internal) IS
    'Final function of aims.wasserstein';

CREATE FUNCTION aims.wasserstein_normed_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_wasserstein_normed_final';
COMMENT ON FUNCTION aims.wasserstein_normed_final(internal) IS
    'Final function of aims.wasserstein_normed';

CREATE FUNCTION aims.psi_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_psi_final';
COMMENT ON FUNCTION aims.psi_final(internal) IS
    'Final function of aims.psi';

CREATE FUNCTION aims.psi_detail_final(internal) RETURNS aims.psi_detail
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_psi_detail_final';
COMMENT ON FUNCTION aims.psi_detail_final(internal) IS
    'Final function of aims.psi_detail';

CREATE FUNCTION aims.js_divergence_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_js_divergence_final';
COMMENT ON FUNCTION aims.js_divergence_final(internal) IS
    'Final function of aims.js_divergence';

CREATE FUNCTION aims.js_distance_final(internal) RETURNS float8
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_js_distance_final';
COMMENT ON FUNCTION aims.js_distance_final(internal) IS
    'Final function of aims.js_distance';

CREATE FUNCTION aims.calibration_detail_final(internal) RETURNS aims.calibration_detail
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_calibration_detail_final';
COMMENT ON FUNCTION aims.calibration_detail_final(internal) IS
    'Final function of aims.calibration_detail';

CREATE FUNCTION aims.brier_accum(float8[], float8, boolean) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_brier_accum';
COMMENT ON FUNCTION aims.brier_accum(float8[], float8, boolean) IS
    'Transition of aims.brier';

CREATE FUNCTION aims.log_loss_accum(float8[], float8, boolean) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_log_loss_accum';
COMMENT ON FUNCTION aims.log_loss_accum(float8[], float8, boolean) IS
    'Transition of aims.log_loss';

CREATE FUNCTION aims.mean_combine(float8[], float8[]) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_mean_combine';
COMMENT ON FUNCTION aims.mean_combine(float8[], float8[]) IS
    'Joins two states of a mean';

CREATE FUNCTION aims.mean_final(float8[]) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_mean_final';
COMMENT ON FUNCTION aims.mean_final(float8[]) IS
    'Final function of means';

CREATE FUNCTION aims.calibration_error_accum(float8[], float8, boolean) RETURNS float8[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_calibration_error_accum';
COMMENT ON FUNCTION aims.calibration_error_accum(float8[], float8, boolean) IS
    'Transition of aims.calibration_error';

CREATE FUNCTION aims.calibration_error_accum(float8[], float8, boolean, integer) RETURNS float8[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_calibration_error_accum';
COMMENT ON FUNCTION aims.calibration_error_accum(float8[], float8, boolean, integer) IS
    'Transition of aims.calibration_error with the number of bins';

CREATE FUNCTION aims.calibration_error_combine(float8[], float8[]) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_calibration_error_combine';
COMMENT ON FUNCTION aims.calibration_error_combine(float8[], float8[]) IS
    'Joins two states of aims.calibration_error';

CREATE FUNCTION aims.calibration_error_final(float8[]) RETURNS float8
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_calibration_error_final';
COMMENT ON FUNCTION aims.calibration_error_final(float8[]) IS
    'Final function of aims.calibration_error';

CREATE FUNCTION aims.confusion_accum(float8[], float8, boolean, float8) RETURNS float8[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_confusion_accum';
COMMENT ON FUNCTION aims.confusion_accum(float8[], float8, boolean, float8) IS
    'Transition of aims.confusion';

CREATE FUNCTION aims.confusion_combine(float8[], float8[]) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_confusion_combine';
COMMENT ON FUNCTION aims.confusion_combine(float8[], float8[]) IS
    'Joins two states of aims.confusion';

CREATE FUNCTION aims.confusion_final(float8[]) RETURNS aims.confusion_matrix
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_confusion_final';
COMMENT ON FUNCTION aims.confusion_final(float8[]) IS
    'Final function of aims.confusion';

CREATE FUNCTION aims.fairness_accum(internal, boolean, boolean, text) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_fairness_accum';
COMMENT ON FUNCTION aims.fairness_accum(internal, boolean, boolean, text) IS
    'Transition of aims.fairness';

CREATE FUNCTION aims.fairness_combine(internal, internal) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_fairness_combine';
COMMENT ON FUNCTION aims.fairness_combine(internal, internal) IS
    'Joins two states of aims.fairness';

CREATE FUNCTION aims.fairness_serial(internal) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_fairness_serial';
COMMENT ON FUNCTION aims.fairness_serial(internal) IS
    'What a parallel worker sends of groups';

CREATE FUNCTION aims.fairness_deserial(bytea, internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_fairness_deserial';
COMMENT ON FUNCTION aims.fairness_deserial(bytea, internal) IS
    'What a parallel worker has sent of groups';

CREATE FUNCTION aims.fairness_final(internal) RETURNS aims.fairness_group[]
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_fairness_final';
COMMENT ON FUNCTION aims.fairness_final(internal) IS
    'Final function of aims.fairness';

-- Discrimination

CREATE AGGREGATE aims.auroc(score float8, label boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.auroc_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.auroc(float8, boolean) IS
    'Area under the ROC curve: probability that a positive has a higher score than a negative, ties count half (Mann-Whitney); any finite score; NULL without rows of both classes';

CREATE AGGREGATE aims.auroc_detail(score float8, label boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.auroc_detail_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.auroc_detail(float8, boolean) IS
    'AUROC with DeLong interval and counts';

CREATE AGGREGATE aims.average_precision(score float8, label boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.average_precision_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.average_precision(float8, boolean) IS
    'Average precision: precision at each distinct threshold, weighted by the recall it adds (steps, as scikit-learn); NULL without positives';

CREATE AGGREGATE aims.pr_auc_trapezoid(score float8, label boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.pr_auc_trapezoid_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.pr_auc_trapezoid(float8, boolean) IS
    'Area under straight lines between the points of the precision-recall curve (the AUPR of Spark); larger than average_precision as a rule; NULL without positives';

CREATE AGGREGATE aims.confusion(score float8, label boolean, threshold float8) (
    SFUNC = aims.confusion_accum, STYPE = float8[],
    FINALFUNC = aims.confusion_final,
    COMBINEFUNC = aims.confusion_combine,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.confusion(float8, boolean, float8) IS
    'Predictions against outcomes; predicted positive is score >= threshold. 22023 where the threshold is not the same in all rows, 22004 where it is NULL';

-- Probabilities

CREATE AGGREGATE aims.brier(score float8, label boolean) (
    SFUNC = aims.brier_accum, STYPE = float8[], INITCOND = '{0,0,0}',
    FINALFUNC = aims.mean_final,
    COMBINEFUNC = aims.mean_combine,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.brier(float8, boolean) IS
    'Brier score: mean of (score - outcome)^2; 22023 where a score is no probability, NULL without rows';

CREATE AGGREGATE aims.log_loss(score float8, label boolean) (
    SFUNC = aims.log_loss_accum, STYPE = float8[], INITCOND = '{0,0,0}',
    FINALFUNC = aims.mean_final,
    COMBINEFUNC = aims.mean_combine,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.log_loss(float8, boolean) IS
    'Logarithmic loss, natural: mean of -ln of the probability given to what happened; Infinity, and not clipped, where a score of 0 or 1 excluded it; 22023 where a score is no probability, NULL without rows';

CREATE AGGREGATE aims.calibration_error(score float8, label boolean) (
    SFUNC = aims.calibration_error_accum, STYPE = float8[], SSPACE = 400,
    FINALFUNC = aims.calibration_error_final,
    COMBINEFUNC = aims.calibration_error_combine,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.calibration_error(float8, boolean) IS
    'Expected calibration error in 10 bins of equal width (low, high], 0 in the first, empty ones skipped; 22023 where a score is no probability, NULL without rows';

CREATE AGGREGATE aims.calibration_error(score float8, label boolean, bins integer) (
    SFUNC = aims.calibration_error_accum, STYPE = float8[], SSPACE = 400,
    FINALFUNC = aims.calibration_error_final,
    COMBINEFUNC = aims.calibration_error_combine,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.calibration_error(float8, boolean, integer) IS
    'Expected calibration error in 1 to 1000 bins of equal width; the same number in all rows, else 22023';

CREATE AGGREGATE aims.calibration_detail(score float8, label boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.calibration_detail_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.calibration_detail(float8, boolean) IS
    'Everything about calibration, in 10 bins of equal width; 22023 where a score is no probability';

CREATE AGGREGATE aims.calibration_detail(score float8, label boolean, bins integer) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.calibration_detail_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.calibration_detail(float8, boolean, integer) IS
    'Everything about calibration, in 1 to 1000 bins of equal width';

CREATE AGGREGATE aims.calibration_detail(score float8, label boolean, bins integer, method text) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.calibration_detail_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.calibration_detail(float8, boolean, integer, text) IS
    'Everything about calibration; method equal_width, or quantile: bins of about as many rows each, equal edges merged';

-- Drift: a sample against its reference

CREATE AGGREGATE aims.ks(value float8, is_reference boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.ks_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.ks(float8, boolean) IS
    'Two-sample Kolmogorov-Smirnov test. Alert on the statistic: p is next to 0 for any difference at the size of a warehouse';

CREATE AGGREGATE aims.wasserstein(value float8, is_reference boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.wasserstein_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.wasserstein(float8, boolean) IS
    'First Wasserstein distance, in units of the value; NULL without rows of both samples, 22003 where it overflows';

CREATE AGGREGATE aims.wasserstein_normed(value float8, is_reference boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.wasserstein_normed_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.wasserstein_normed(float8, boolean) IS
    'First Wasserstein distance in standard deviations (of the population) of the reference; NULL where that is 0, 22003 where it overflows';

CREATE AGGREGATE aims.psi(value float8, is_reference boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.psi_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.psi(float8, boolean) IS
    'Population stability index, natural logarithm, in deciles of the reference (linear interpolation, (low, high], open ends, equal edges merged); a share of 0 counts as 0.0001; NULL without rows of both samples. 0.1 and 0.25 are convention';

CREATE AGGREGATE aims.psi(value float8, is_reference boolean, bins integer) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.psi_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.psi(float8, boolean, integer) IS
    'Population stability index in 2 to 1000 quantiles of the reference; the same number in all rows, else 22023';

CREATE AGGREGATE aims.psi_detail(value float8, is_reference boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.psi_detail_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.psi_detail(float8, boolean) IS
    'Population stability index with edges, counts and the value expected by chance';

CREATE AGGREGATE aims.psi_detail(value float8, is_reference boolean, bins integer) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.psi_detail_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.psi_detail(float8, boolean, integer) IS
    'Population stability index with edges in 2 to 1000 quantiles of the reference; the same number in all rows, else 22023';

CREATE AGGREGATE aims.js_divergence(value float8, is_reference boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.js_divergence_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.js_divergence(float8, boolean) IS
    'Jensen-Shannon divergence in bits, from 0 to 1, in the bins of aims.psi; NULL without rows of both samples';

CREATE AGGREGATE aims.js_divergence(value float8, is_reference boolean, bins integer) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.js_divergence_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.js_divergence(float8, boolean, integer) IS
    'Jensen-Shannon divergence in bits in 2 to 1000 quantiles of the reference; the same number in all rows, else 22023';

CREATE AGGREGATE aims.js_distance(value float8, is_reference boolean) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.js_distance_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.js_distance(float8, boolean) IS
    'Jensen-Shannon distance: square root of aims.js_divergence';

CREATE AGGREGATE aims.js_distance(value float8, is_reference boolean, bins integer) (
    SFUNC = aims.sample_accum, STYPE = internal, SSPACE = 4096,
    FINALFUNC = aims.js_distance_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.sample_combine, SERIALFUNC = aims.sample_serial, DESERIALFUNC = aims.sample_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.js_distance(float8, boolean, integer) IS
    'Jensen-Shannon distance in 2 to 1000 quantiles of the reference; the same number in all rows, else 22023';

-- Fairness

CREATE AGGREGATE aims.fairness(prediction boolean, label boolean, grp text) (
    SFUNC = aims.fairness_accum, STYPE = internal, SSPACE = 1024,
    FINALFUNC = aims.fairness_final, FINALFUNC_MODIFY = READ_ONLY,
    COMBINEFUNC = aims.fairness_combine, SERIALFUNC = aims.fairness_serial, DESERIALFUNC = aims.fairness_deserial,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE aims.fairness(boolean, boolean, text) IS
    'Predictions against outcomes in each group, ordered by the bytes of the group''s name, for unnest; NULL is the group unknown; NULL without rows (A.5.4, A.9.3)';

CREATE FUNCTION aims.small_groups(groups aims.fairness_group[], minimum bigint DEFAULT 30) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(array_agg(g.grp ORDER BY g.grp COLLATE "C"), '{}')
          FROM unnest(groups) AS g
         WHERE (least(g.n, g.tp + g.fn, g.fp + g.tn) >= minimum) IS NOT TRUE);
COMMENT ON FUNCTION aims.small_groups(aims.fairness_group[], bigint) IS
    'Groups with fewer rows, positives or negatives than the minimum, or suppressed: of these not every rate is compared; all where the minimum is NULL';

CREATE FUNCTION aims.demographic_parity_difference(groups aims.fairness_group[], minimum bigint DEFAULT 30) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN count(*) > 1 THEN max(g.selection_rate) - min(g.selection_rate) END
          FROM unnest(groups) AS g
         WHERE g.n >= minimum AND g.selection_rate IS NOT NULL);
COMMENT ON FUNCTION aims.demographic_parity_difference(aims.fairness_group[], bigint) IS
    'Largest selection rate minus smallest, among groups of at least so many rows; NULL with fewer than two of these';

CREATE FUNCTION aims.demographic_parity_ratio(groups aims.fairness_group[], minimum bigint DEFAULT 30) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- of whole numbers: four fifths are 0.8, which a ratio of rates may miss by a bit
RETURN (SELECT CASE WHEN e.n > 1 THEN ((e.low).tp + (e.low).fp)::float8 * (e.high).n
                                      / nullif(((e.high).tp + (e.high).fp)::float8 * (e.low).n, 0) END
          FROM (SELECT count(*) AS n, (array_agg(g ORDER BY g.selection_rate))[1] AS low,
                       (array_agg(g ORDER BY g.selection_rate DESC))[1] AS high
                  FROM unnest(groups) AS g
                 WHERE g.n >= minimum AND g.selection_rate IS NOT NULL) AS e);
COMMENT ON FUNCTION aims.demographic_parity_ratio(aims.fairness_group[], bigint) IS
    'Smallest selection rate over largest (disparate impact), among groups of at least so many rows; NULL with fewer than two of these, or where nobody is selected';

CREATE FUNCTION aims.equal_opportunity_difference(groups aims.fairness_group[], minimum bigint DEFAULT 30) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN count(*) > 1 THEN max(g.tpr) - min(g.tpr) END
          FROM unnest(groups) AS g
         WHERE g.tp + g.fn >= minimum AND g.tpr IS NOT NULL);
COMMENT ON FUNCTION aims.equal_opportunity_difference(aims.fairness_group[], bigint) IS
    'Largest true positive rate minus smallest, among groups of at least so many positives; NULL with fewer than two of these';

CREATE FUNCTION aims.false_positive_rate_difference(groups aims.fairness_group[], minimum bigint DEFAULT 30) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN count(*) > 1 THEN max(g.fpr) - min(g.fpr) END
          FROM unnest(groups) AS g
         WHERE g.fp + g.tn >= minimum AND g.fpr IS NOT NULL);
COMMENT ON FUNCTION aims.false_positive_rate_difference(aims.fairness_group[], bigint) IS
    'Largest false positive rate minus smallest, among groups of at least so many negatives; NULL with fewer than two of these';

CREATE FUNCTION aims.equalized_odds_difference(groups aims.fairness_group[], minimum bigint DEFAULT 30) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN d.tpr IS NOT NULL AND d.fpr IS NOT NULL THEN greatest(d.tpr, d.fpr) END
          FROM (VALUES (aims.equal_opportunity_difference(groups, minimum),
                        aims.false_positive_rate_difference(groups, minimum))) AS d (tpr, fpr));
COMMENT ON FUNCTION aims.equalized_odds_difference(aims.fairness_group[], bigint) IS
    'Larger of the differences in true and in false positive rate; NULL where one of both is undefined';

CREATE FUNCTION aims.equalized_odds_ratio(groups aims.fairness_group[], minimum bigint DEFAULT 30) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN r.tpr IS NOT NULL AND r.fpr IS NOT NULL THEN least(r.tpr, r.fpr) END
          FROM (SELECT CASE WHEN count(g.tpr) FILTER (WHERE g.tp + g.fn >= minimum) > 1
                            THEN min(g.tpr) FILTER (WHERE g.tp + g.fn >= minimum)
                                 / nullif(max(g.tpr) FILTER (WHERE g.tp + g.fn >= minimum), 0) END AS tpr,
                       CASE WHEN count(g.fpr) FILTER (WHERE g.fp + g.tn >= minimum) > 1
                            THEN min(g.fpr) FILTER (WHERE g.fp + g.tn >= minimum)
                                 / nullif(max(g.fpr) FILTER (WHERE g.fp + g.tn >= minimum), 0) END AS fpr
                  FROM unnest(groups) AS g) AS r);
COMMENT ON FUNCTION aims.equalized_odds_ratio(aims.fairness_group[], bigint) IS
    'Smaller of the ratios (smallest over largest) of true and of false positive rates; NULL where one of both is undefined';

CREATE FUNCTION aims.disparity(
    groups aims.fairness_group[], reference text, minimum bigint DEFAULT 30, screen float8 DEFAULT 0.8,
    OUT grp text, OUT n bigint, OUT positives bigint, OUT negatives bigint, OUT too_small boolean,
    OUT selection_rate_ratio float8, OUT selection_rate_difference float8, OUT tpr_ratio float8, OUT tpr_difference float8,
    OUT fpr_ratio float8, OUT fpr_difference float8, OUT within_screen boolean) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT g.grp, g.n, g.tp + g.fn, g.fp + g.tn, (least(g.n, g.tp + g.fn, g.fp + g.tn) >= minimum) IS NOT TRUE,
           s.ratio, c.selection - r.selection,
           c.tpr / nullif(r.tpr, 0), c.tpr - r.tpr,
           c.fpr / nullif(r.fpr, 0), c.fpr - r.fpr,
           s.ratio BETWEEN screen AND 1 / nullif(screen, 0)
      FROM unnest(groups) AS g
     -- a rate that rests on too few rows is not compared
     CROSS JOIN LATERAL (SELECT CASE WHEN g.n >= minimum THEN g.selection_rate END,
                                CASE WHEN g.tp + g.fn >= minimum THEN g.tpr END,
                                CASE WHEN g.fp + g.tn >= minimum THEN g.fpr END,
                                CASE WHEN g.n >= minimum THEN g.n::float8 END, (g.tp + g.fp)::float8) AS c (selection, tpr, fpr, n, selected)
      LEFT JOIN LATERAL (SELECT CASE WHEN o.n >= minimum THEN o.selection_rate END,
                                CASE WHEN o.tp + o.fn >= minimum THEN o.tpr END,
                                CASE WHEN o.fp + o.tn >= minimum THEN o.fpr END,
                                CASE WHEN o.n >= minimum THEN o.n::float8 END, (o.tp + o.fp)::float8
                           FROM unnest(groups) AS o WHERE o.grp = reference) AS r (selection, tpr, fpr, n, selected) ON true
     -- of whole numbers, as in aims.demographic_parity_ratio
     CROSS JOIN LATERAL (SELECT (c.selected * r.n) / nullif(c.n * r.selected, 0)) AS s (ratio);
END;
COMMENT ON FUNCTION aims.disparity(aims.fairness_group[], text, bigint, float8) IS
    'Each group against a reference group. Rates that rest on fewer rows, positives or negatives than the minimum are not compared: NULL, and too_small is true. within_screen: the ratio of selection rates lies between screen and 1 / screen; a screen says where to look, and neither proves nor excludes discrimination. A reference that is not among the groups: NULL throughout';

CREATE FUNCTION aims.suppress_small(groups aims.fairness_group[], minimum bigint DEFAULT 11) RETURNS aims.fairness_group[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(CASE WHEN g.n >= minimum AND least(nullif(g.tp, 0), nullif(g.fp, 0), nullif(g.tn, 0), nullif(g.fn, 0)) >= minimum
                              THEN g ELSE s.grp END ORDER BY g.grp COLLATE "C")
          FROM unnest(groups) AS g
         CROSS JOIN LATERAL (SELECT jsonb_populate_record(NULL::aims.fairness_group, jsonb_build_object('grp', g.grp))) AS s (grp));
COMMENT ON FUNCTION aims.suppress_small(aims.fairness_group[], bigint) IS
    'The groups, those with a cell (tp, fp, tn or fn) from 1 to below the minimum, or with fewer rows, with their name alone: for views that are shared where small cells may identify people (default: cells under 11)';
