// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "curve.h"

#include <math.h>

#include "judge.h"
#include "label.h"
#include "map.h"
#include "mem.h"
#include "metric.h"

#define SHARE_SALT 0x7368617265206f66u // so that shares follow neither folds nor test rows

static bool is_in_share(const struct trainer *t, size_t row, double share)
{
    uint64_t h = hash_bytes(&t->key[row], sizeof t->key[row], t->spec->seed ^ SHARE_SALT);
    return share >= 1 || (double)(h >> 11) * 0x1p-53 < share;
}

static struct evaluate_rows rows_of(const struct curve_case *c, const struct trained *t,
                                    const size_t *rows, size_t n)
{
    const struct trainer *by = c->trainer;
    return (struct evaluate_rows){
        .trained = t,
        .from = {by->table, rows, n},
        .label = by->label,
        .key = by->key,
        .pool = by->spec->pool,
    };
}

static pt_status judge(const struct evaluate_rows *test, const struct evaluate_rows *own,
                       struct curve_point *out, struct pt_error *err)
{
    struct ranked r = {0};
    TRY(evaluate_rows_ranked(test, &r, err));
    out->auc = metric_auc(&r);
    out->pr_auc = metric_pr_auc(&r);
    out->log_loss = metric_log_loss(&r);
    out->brier = metric_brier(&r);
    ranked_release(&r);
    TRY(evaluate_rows_ranked(own, &r, err));
    out->own_auc = metric_auc(&r);
    out->own_log_loss = metric_log_loss(&r);
    ranked_release(&r);
    return PT_OK;
}

static pt_status judge_several(const struct evaluate_rows *test, const struct evaluate_rows *own,
                               struct curve_point *out, struct pt_error *err)
{
    struct class_evaluation e = {0};
    TRY(judge_classes(test, &e, err));
    out->auc = e.auc;
    out->log_loss = e.log_loss;
    out->accuracy = e.accuracy;
    class_evaluation_release(&e);
    TRY(judge_classes(own, &e, err));
    out->own_auc = e.auc;
    out->own_log_loss = e.log_loss;
    out->own_accuracy = e.accuracy;
    class_evaluation_release(&e);
    return PT_OK;
}

// Fills `rows` with those of the share. True when every class is among them.
static bool choose_rows(const struct curve_case *c, size_t *rows, struct curve_point *out)
{
    const struct trainer *by = c->trainer;
    uint64_t counts[LABEL_CLASSES] = {0};
    for (size_t i = 0; i < c->n_train; i++) {
        if (is_in_share(by, c->train[i], out->share)) {
            rows[out->rows++] = c->train[i];
            counts[(size_t)by->label[c->train[i]]]++;
        }
    }
    out->positives = out->has_votes ? 0 : counts[1];
    for (uint32_t k = 0; k < by->n_classes; k++) {
        if (counts[k] == 0) {
            return false;
        }
    }
    return true;
}

static pt_status run_point(const struct curve_case *c, double share, size_t *rows,
                           struct curve_point *out, struct pt_error *err)
{
    double unknown = (double)NAN;
    *out = (struct curve_point){
        .share = share,
        .has_votes = c->task == PT_TASK_CLASSES,
        .auc = unknown,
        .pr_auc = unknown,
        .log_loss = unknown,
        .brier = unknown,
        .accuracy = unknown,
        .own_auc = unknown,
        .own_log_loss = unknown,
        .own_accuracy = unknown,
    };
    if (!choose_rows(c, rows, out)) {
        return PT_OK;
    }
    struct trained t = {0};
    struct prepare_rows from = {c->trainer->table, rows, out->rows};
    TRY(trainer_run(c->trainer, &from, &t, err));
    struct evaluate_rows test = rows_of(c, &t, c->test, c->n_test);
    struct evaluate_rows own = rows_of(c, &t, rows, out->rows);
    pt_status status =
        out->has_votes ? judge_several(&test, &own, out, err) : judge(&test, &own, out, err);
    trained_release(&t);
    return status;
}

pt_status curve_run(const struct curve_case *c, const double *shares, size_t n,
                    struct curve_point *points, struct pt_error *err)
{
    size_t *rows = mem_array(c->n_train, sizeof *rows);
    if (rows == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", c->n_train);
    }
    pt_status status = PT_OK;
    for (size_t i = 0; status == PT_OK && i < n; i++) {
        status = run_point(c, shares[i], rows, &points[i], err);
        if (status != PT_OK) {
            error_prefix(err, "learning curve at %g", shares[i]);
        }
    }
    mem_free(rows);
    return status;
}

static void put_number(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_put_f64(w, value);
}

void curve_json(const struct curve_point *points, size_t n, struct json_writer *w)
{
    json_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        const struct curve_point *p = &points[i];
        json_begin_object(w);
        put_number(w, "share", p->share);
        json_key(w, "rows");
        json_put_u64(w, p->rows);
        if (p->has_votes) {
            put_number(w, "accuracy", p->accuracy);
            put_number(w, "log_loss", p->log_loss);
            put_number(w, "auc", p->auc);
            put_number(w, "own_accuracy", p->own_accuracy);
        } else {
            json_key(w, "positives");
            json_put_u64(w, p->positives);
            put_number(w, "auc", p->auc);
            put_number(w, "pr_auc", p->pr_auc);
            put_number(w, "log_loss", p->log_loss);
            put_number(w, "brier", p->brier);
        }
        put_number(w, "own_auc", p->own_auc);
        put_number(w, "own_log_loss", p->own_log_loss);
        json_end_object(w);
    }
    json_end_array(w);
}
