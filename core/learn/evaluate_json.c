// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate.h"

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
    put_number(w, "log_loss", b->log_loss);
    put_number(w, "brier", b->brier);
    put_number(w, "ks", b->ks);
}

static void put_confusion(const struct metric_confusion *c, struct json_writer *w)
{
    json_begin_object(w);
    put_number(w, "threshold", c->threshold);
    put_count(w, "true_positives", c->true_positives);
    put_count(w, "false_positives", c->false_positives);
    put_count(w, "true_negatives", c->true_negatives);
    put_count(w, "false_negatives", c->false_negatives);
    json_end_object(w);
}

static void put_calibration(const struct binary_evaluation *b, struct json_writer *w)
{
    json_key(w, "calibration");
    json_begin_array(w);
    for (int i = 0; i < METRIC_BINS; i++) {
        json_begin_object(w);
        put_number(w, "from", i / 10.0);
        put_number(w, "to", (i + 1) / 10.0);
        put_count(w, "rows", b->bins[i].n);
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
        put_number(w, "rows", b->tenths[i].n);
        put_number(w, "positives", b->tenths[i].positives);
        put_number(w, "rate", b->tenths[i].rate);
        put_number(w, "lift", b->tenths[i].lift);
        put_number(w, "gain", b->tenths[i].gain);
        json_end_object(w);
    }
    json_end_array(w);
}

static void put_binary(const struct binary_evaluation *b, struct json_writer *w)
{
    put_headline(b, w);
    json_key(w, "confusion");
    json_begin_array(w);
    put_confusion(&b->at_half, w);
    put_confusion(&b->at_ks, w);
    json_end_array(w);
    put_calibration(b, w);
    put_lift(b, w);
}

static double fold_mean(const struct evaluation *e, size_t offset)
{
    double sum = 0;
    for (uint32_t i = 0; i < e->n_folds; i++) {
        sum += *(const double *)((const char *)&e->folds[i] + offset);
    }
    return sum / e->n_folds;
}

static void put_folds(const struct evaluation *e, struct json_writer *w)
{
    json_key(w, "folds");
    json_begin_array(w);
    for (uint32_t i = 0; i < e->n_folds; i++) {
        json_begin_object(w);
        put_headline(&e->folds[i], w);
        json_end_object(w);
    }
    json_end_array(w);
    json_key(w, "folds_mean");
    json_begin_object(w);
    put_number(w, "auc", fold_mean(e, offsetof(struct binary_evaluation, auc)));
    put_number(w, "log_loss", fold_mean(e, offsetof(struct binary_evaluation, log_loss)));
    put_number(w, "brier", fold_mean(e, offsetof(struct binary_evaluation, brier)));
    put_number(w, "ks", fold_mean(e, offsetof(struct binary_evaluation, ks)));
    json_end_object(w);
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

void evaluation_json(const struct evaluation *e, const char *test_text, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "judged_on");
    json_put_str(w, e->is_on_training_rows ? "training rows" : "test rows");
    json_key(w, "test");
    json_put_str(w, test_text);
    if (e->task == PT_TASK_BINARY) {
        put_binary(&e->binary, w);
    } else {
        put_cluster(&e->cluster, w);
    }
    if (e->n_folds > 0) {
        put_folds(e, w);
    }
    json_end_object(w);
}
