// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate.h"

#include <math.h>

static void put_number(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_put_f64(w, value);
}

static void put_count(struct json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    json_put_u64(w, value);
}

static void put_headline(const struct binary_evaluation *b, struct json_writer *w)
{
    put_count(w, "rows", b->n);
    put_count(w, "positives", b->positives);
    put_number(w, "base_rate", (double)b->positives / (double)b->n);
    put_number(w, "auc", b->auc);
    put_number(w, "pr_auc", b->pr_auc);
    put_number(w, "log_loss", b->log_loss);
    put_number(w, "brier", b->brier);
    put_number(w, "ks", b->ks);
    put_number(w, "ks_at", b->ks_at);
    put_number(w, "ece", b->ece);
}

static void put_confusion(const struct metric_confusion *c, const char *at, struct json_writer *w)
{
    double true_positives = (double)c->true_positives;
    json_begin_object(w);
    json_key(w, "at");
    json_put_str(w, at);
    put_number(w, "threshold", c->threshold);
    put_count(w, "true_positives", c->true_positives);
    put_count(w, "false_positives", c->false_positives);
    put_count(w, "true_negatives", c->true_negatives);
    put_count(w, "false_negatives", c->false_negatives);
    put_number(w, "precision", true_positives / (double)(c->true_positives + c->false_positives));
    put_number(w, "recall", true_positives / (double)(c->true_positives + c->false_negatives));
    json_end_object(w);
}

static void put_calibration(const struct binary_evaluation *b, struct json_writer *w)
{
    json_key(w, "calibration");
    json_begin_array(w);
    for (int i = 0; i < METRIC_BINS; i++) {
        json_begin_object(w);
        put_count(w, "tenth", (uint64_t)i + 1);
        put_count(w, "rows", b->bins[i].n);
        put_number(w, "from", b->bins[i].from);
        put_number(w, "to", b->bins[i].to);
        put_number(w, "mean_score", b->bins[i].mean_score);
        put_number(w, "rate", b->bins[i].rate);
        json_end_object(w);
    }
    json_end_array(w);
}

static void put_lift(const struct binary_evaluation *b, struct json_writer *w)
{
    json_key(w, "lift");
    json_begin_array(w);
    for (int i = 0; i < METRIC_BINS; i++) {
        json_begin_object(w);
        put_count(w, "tenth", (uint64_t)i + 1);
        put_count(w, "rows", b->tenths[i].n);
        put_count(w, "positives", b->tenths[i].positives);
        put_number(w, "least_score", b->tenths[i].least_score);
        put_number(w, "rate", b->tenths[i].rate);
        put_number(w, "lift", b->tenths[i].lift);
        put_number(w, "gain", b->tenths[i].gain);
        put_number(w, "cumulative_lift", b->tenths[i].cumulative_lift);
        json_end_object(w);
    }
    json_end_array(w);
}

static void put_binary(const struct binary_evaluation *b, struct json_writer *w)
{
    put_headline(b, w);
    json_key(w, "confusion");
    json_begin_array(w);
    put_confusion(&b->at_threshold, "threshold", w);
    put_confusion(&b->at_ks, "ks", w);
    json_end_array(w);
    put_calibration(b, w);
    put_lift(b, w);
}

static void put_interval(struct json_writer *w, const char *key, struct interval i)
{
    json_key(w, key);
    json_begin_array(w);
    json_put_f64(w, i.low);
    json_put_f64(w, i.high);
    json_end_array(w);
}

static void put_intervals(const struct bootstrap *b, struct json_writer *w)
{
    json_key(w, "intervals");
    json_begin_object(w);
    put_number(w, "level", 0.95);
    put_count(w, "resamples", b->resamples);
    put_count(w, "counted", b->counted);
    put_interval(w, "auc", b->auc);
    put_interval(w, "pr_auc", b->pr_auc);
    put_interval(w, "log_loss", b->log_loss);
    put_interval(w, "brier", b->brier);
    json_end_object(w);
}

static void put_class_intervals(const struct class_bootstrap *b, struct json_writer *w)
{
    json_key(w, "intervals");
    json_begin_object(w);
    put_number(w, "level", 0.95);
    put_count(w, "resamples", b->resamples);
    put_count(w, "counted", b->counted);
    put_interval(w, "accuracy", b->accuracy);
    put_interval(w, "log_loss", b->log_loss);
    put_interval(w, "auc", b->auc);
    json_end_object(w);
}

// What was asked for beyond the figures.
static void put_asked(const struct evaluation *e, const char *const *classes, struct json_writer *w)
{
    bool is_several = e->task == PT_TASK_CLASSES;
    if (e->is_calibrated && is_several) {
        json_key(w, "raw");
        json_begin_object(w);
        class_evaluation_json(&e->class_raw, w);
        class_confusion_json(&e->class_raw, classes, w);
        json_end_object(w);
    } else if (e->is_calibrated) {
        json_key(w, "raw");
        json_begin_object(w);
        put_headline(&e->raw, w);
        put_calibration(&e->raw, w);
        json_end_object(w);
    }
    if (e->bootstrap.resamples > 0) {
        put_intervals(&e->bootstrap, w);
    }
    if (e->class_bootstrap.resamples > 0) {
        put_class_intervals(&e->class_bootstrap, w);
    }
    if (e->n_importance > 0) {
        json_key(w, "importance");
        importance_json(e->importance, e->n_importance, w);
    }
    if (e->n_curve > 0) {
        json_key(w, "learning_curve");
        curve_json(e->curve, e->n_curve, w);
    }
}

// A figure of the folds: where it is in the first and how far the others are.
struct fold_figure {
    const char *key;
    const double *first;
    size_t spacing;
};

static double fold_value(const struct fold_figure *f, uint32_t fold)
{
    return *(const double *)((const char *)f->first + fold * f->spacing);
}

static double fold_mean(const struct fold_figure *f, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += fold_value(f, i);
    }
    return sum / n;
}

// Standard deviation over the folds (n - 1).
static double fold_spread(const struct fold_figure *f, uint32_t n)
{
    double mean = fold_mean(f, n);
    double squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        squares += (fold_value(f, i) - mean) * (fold_value(f, i) - mean);
    }
    return sqrt(squares / (n - 1));
}

static void put_fold_means(const struct fold_figure *figures, size_t n, uint32_t n_folds,
                           struct json_writer *w)
{
    json_key(w, "folds_mean");
    json_begin_object(w);
    for (size_t f = 0; f < n; f++) {
        put_number(w, figures[f].key, fold_mean(&figures[f], n_folds));
    }
    json_end_object(w);
    json_key(w, "folds_spread");
    json_begin_object(w);
    for (size_t f = 0; f < n; f++) {
        put_number(w, figures[f].key, fold_spread(&figures[f], n_folds));
    }
    json_end_object(w);
}

static void put_means(const struct evaluation *e, struct json_writer *w)
{
    if (e->task == PT_TASK_CLASSES) {
        const struct class_evaluation *c = e->class_folds;
        const struct fold_figure figures[] = {{"accuracy", &c->accuracy, sizeof *c},
                                              {"log_loss", &c->log_loss, sizeof *c},
                                              {"auc", &c->auc, sizeof *c}};
        put_fold_means(figures, 3, e->n_folds, w);
    } else if (e->task == PT_TASK_REGRESS) {
        const struct regress_evaluation *r = e->regress_folds;
        const struct fold_figure figures[] = {
            {"rmse", &r->rmse, sizeof *r}, {"mae", &r->mae, sizeof *r}, {"r2", &r->r2, sizeof *r}};
        put_fold_means(figures, 3, e->n_folds, w);
    } else {
        const struct binary_evaluation *b = e->folds;
        const struct fold_figure figures[] = {{"auc", &b->auc, sizeof *b},
                                              {"pr_auc", &b->pr_auc, sizeof *b},
                                              {"log_loss", &b->log_loss, sizeof *b},
                                              {"brier", &b->brier, sizeof *b},
                                              {"ks", &b->ks, sizeof *b},
                                              {"ece", &b->ece, sizeof *b}};
        put_fold_means(figures, 6, e->n_folds, w);
    }
}

static void put_folds(const struct evaluation *e, struct json_writer *w)
{
    json_key(w, "folds");
    json_begin_array(w);
    for (uint32_t i = 0; i < e->n_folds; i++) {
        json_begin_object(w);
        if (e->task == PT_TASK_CLASSES) {
            class_evaluation_json(&e->class_folds[i], w);
        } else if (e->task == PT_TASK_REGRESS) {
            regress_evaluation_json(&e->regress_folds[i], w);
        } else {
            put_headline(&e->folds[i], w);
        }
        json_end_object(w);
    }
    json_end_array(w);
    put_means(e, w);
}

static void put_cluster(const struct cluster_evaluation *c, struct json_writer *w)
{
    put_count(w, "rows", c->n);
    put_number(w, "inertia", c->inertia);
    put_number(w, "silhouette", c->silhouette);
    put_count(w, "silhouette_rows", c->silhouette_rows);
    json_key(w, "sizes");
    json_begin_array(w);
    for (uint32_t i = 0; i < c->n_segments; i++) {
        json_put_u64(w, c->sizes[i]);
    }
    json_end_array(w);
}

void evaluation_json(const struct evaluation *e, const struct evaluation_texts *texts,
                     struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "judged_on");
    json_put_str(w, e->is_on_training_rows ? "training rows" : "test rows");
    json_key(w, "test");
    json_put_str(w, texts->test);
    if (e->task == PT_TASK_BINARY) {
        put_binary(&e->binary, w);
        put_asked(e, texts->classes, w);
    } else if (e->task == PT_TASK_CLASSES) {
        class_evaluation_json(&e->classes, w);
        class_confusion_json(&e->classes, texts->classes, w);
        put_asked(e, texts->classes, w);
    } else if (e->task == PT_TASK_REGRESS) {
        regress_evaluation_json(&e->regress, w);
    } else {
        put_cluster(&e->cluster, w);
    }
    if (e->n_folds > 0) {
        put_folds(e, w);
    }
    json_end_object(w);
}
