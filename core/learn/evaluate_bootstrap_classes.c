// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The draws are those of two classes: a count by seed, resample and name. The AUC of each class
// against the rest comes from the same passes over ranked rows.
#include "evaluate_bootstrap_classes.h"

#include <math.h>

#include "mem.h"

struct resampling {
    const struct metric_votes *v;
    struct pool *pool;
    uint64_t seed;
    uint32_t resamples;
    double *losses;   // -log(probability of the row's class)
    double *is_class; // one class against the rest
    double *passes;   // the figures of bootstrap_values()
    double *accuracy; // by resample, as the others
    double *log_loss;
    double *auc;    // sum over classes, then their mean
    double *judged; // classes in that sum
};

struct tally {
    double n, right, loss;
};

static pt_status run_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct resampling *s = arg;
    struct tally tallies[BOOTSTRAP_LANES] = {{0}};
    (void)worker;
    (void)err;
    for (size_t i = 0; i < s->v->n; i++) {
        double counts[BOOTSTRAP_LANES];
        double right = s->v->label[i] == s->v->guess[i];
        bootstrap_draw(s->seed, s->v->name[i], (uint32_t)item, counts);
        for (int lane = 0; lane < BOOTSTRAP_LANES; lane++) {
            tallies[lane].n += counts[lane];
            tallies[lane].right += counts[lane] * right;
            tallies[lane].loss += counts[lane] * s->losses[i];
        }
    }
    for (uint32_t lane = 0; lane < BOOTSTRAP_LANES; lane++) {
        uint32_t resample = (uint32_t)item * BOOTSTRAP_LANES + lane;
        if (resample < s->resamples) { // no draw at all leaves no number
            s->accuracy[resample] = tallies[lane].right / tallies[lane].n;
            s->log_loss[resample] = tallies[lane].loss / tallies[lane].n;
        }
    }
    return PT_OK;
}

static pt_status add_class(struct resampling *s, uint32_t class, struct pt_error *err)
{
    const struct metric_votes *v = s->v;
    for (size_t i = 0; i < v->n; i++) {
        s->is_class[i] = v->label[i] == class;
    }
    struct ranked_from from = {v->probabilities + class * v->n, s->is_class, v->name, v->n};
    struct ranked r = {0};
    TRY(ranked_of(&from, &r, err));
    pt_status status = bootstrap_values(&r, s->resamples, s->seed, s->pool, s->passes, err);
    ranked_release(&r);
    for (uint32_t i = 0; status == PT_OK && i < s->resamples; i++) {
        if (!isnan(s->passes[i])) {
            s->auc[i] += s->passes[i];
            s->judged[i]++;
        }
    }
    return status;
}

static pt_status run_all(struct resampling *s, struct pt_error *err)
{
    for (size_t i = 0; i < s->v->n; i++) {
        s->losses[i] = metric_classes_loss(s->v, i);
    }
    TRY(bootstrap_each(s->pool, s->resamples, run_block, s, err));
    for (uint32_t c = 0; c < s->v->n_classes; c++) {
        TRY(add_class(s, c, err));
    }
    for (uint32_t i = 0; i < s->resamples; i++) {
        s->auc[i] /= s->judged[i];
    }
    return PT_OK;
}

pt_status bootstrap_classes_run(const struct metric_votes *v, uint32_t resamples, uint64_t seed,
                                struct pool *pool, struct class_bootstrap *out,
                                struct pt_error *err)
{
    size_t each = resamples;
    double *rows = mem_array(2 * v->n, sizeof *rows);
    double *values = mem_zero((BOOTSTRAP_FIGURES + 4) * each, sizeof *values);
    pt_status status = PT_OK;
    if (rows == NULL || values == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory for %u resamples", resamples);
    } else {
        struct resampling s = {
            .v = v,
            .pool = pool,
            .seed = seed,
            .resamples = resamples,
            .losses = rows,
            .is_class = rows + v->n,
            .passes = values + 4 * each,
            .accuracy = values,
            .log_loss = values + each,
            .auc = values + 2 * each,
            .judged = values + 3 * each,
        };
        status = run_all(&s, err);
    }
    if (status == PT_OK) {
        struct class_bootstrap b = {.resamples = resamples};
        b.accuracy = bootstrap_interval(values, resamples, &b.counted);
        b.log_loss = bootstrap_interval(values + each, resamples, &b.counted);
        b.auc = bootstrap_interval(values + 2 * each, resamples, &b.counted);
        *out = b;
    }
    mem_free(rows);
    mem_free(values);
    return status;
}
