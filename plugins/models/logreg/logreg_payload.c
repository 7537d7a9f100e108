// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt model's bytes.
#include <string.h>

#include "logreg.h"
#include "pt_payload.h"

#define FORMAT 2

pt_status logreg_save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct logreg *m = self;
    pt_status status = logreg_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    uint64_t p = (uint64_t)m->k * ((uint64_t)m->d + 1);
    struct pt_payload_writer w = {.host = m->host, .writer = writer, .err = err};
    pt_payload_put_u32(&w, FORMAT);
    pt_payload_put_u32(&w, m->d);
    pt_payload_put_u32(&w, m->k);
    pt_payload_put_u32(&w, m->is_weighted);
    pt_payload_put_u64(&w, m->rounds);
    pt_payload_put_f64(&w, m->lambda);
    pt_payload_put_f64(&w, m->l1_ratio);
    pt_payload_put_f64(&w, m->objective);
    pt_payload_put_f64(&w, m->log_likelihood);
    pt_payload_put_f64(&w, m->null_deviance);
    pt_payload_put_f64s(&w, m->raw_intercept_errors, m->k);
    pt_payload_put_f64s(&w, m->means, m->d);
    pt_payload_put_f64s(&w, m->weights, p);
    pt_payload_put_f64s(&w, m->errors, p);
    return w.status;
}

static pt_status read_arrays(struct logreg *m, const pt_schema *schema, struct pt_payload_reader *r)
{
    uint64_t p = (uint64_t)m->k * ((uint64_t)m->d + 1);
    if (pt_payload_fits(r, 2 * p + m->k + m->d, sizeof(double)) == 0) {
        return r->status;
    }
    pt_status status = logreg_allocate(m, schema, r->err);
    if (status != PT_OK) {
        return status;
    }
    pt_payload_f64s(r, m->raw_intercept_errors, m->k);
    pt_payload_f64s(r, m->means, m->d);
    pt_payload_f64s(r, m->weights, p);
    pt_payload_f64s(r, m->errors, p);
    for (uint64_t j = 0; r->status == PT_OK && j < p; j++) {
        if (m->errors[j] < 0) {
            return pt_payload_refuse(r, "an error below zero");
        }
    }
    return r->status;
}

static pt_status read_payload(struct logreg *m, const pt_schema *schema,
                              struct pt_payload_reader *r)
{
    if (pt_payload_u32(r) != FORMAT) {
        return pt_payload_refuse(r, "another format");
    }
    m->d = pt_payload_u32(r);
    m->k = pt_payload_u32(r);
    uint32_t is_weighted = pt_payload_u32(r);
    m->is_weighted = is_weighted != 0;
    m->rounds = pt_payload_u64(r);
    m->lambda = pt_payload_f64(r);
    m->l1_ratio = pt_payload_f64(r);
    m->objective = pt_payload_f64(r);
    m->log_likelihood = pt_payload_f64(r);
    m->null_deviance = pt_payload_f64(r);
    uint32_t k = schema->n_classes == 2 ? 1 : schema->n_classes;
    if (r->status != PT_OK || m->d != schema->n_columns || m->k != k || k == 0 || is_weighted > 1 ||
        m->lambda < 0 || !(m->l1_ratio >= 0 && m->l1_ratio <= 1)) {
        return pt_payload_refuse(r, "its numbers do not fit each other");
    }
    return read_arrays(m, schema, r);
}

// The names that the options give must be those the model was learnt with.
static pt_status check_classes(const struct logreg *m, const pt_schema *schema, pt_error *err)
{
    const pt_list *list = &m->config->classes;
    uint8_t is_same = list->n == 0 || list->n == schema->n_classes;
    for (uint32_t i = 0; is_same != 0 && i < list->n; i++) {
        is_same = strcmp(((const char *const *)list->items)[i], schema->classes[i]) == 0;
    }
    if (is_same == 0) {
        return pt_fail(m->host, err, PT_E_CONFIG, "classes",
                       "the model was learnt with other classes, or in another order");
    }
    return PT_OK;
}

pt_status logreg_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct logreg *m = self;
    logreg_reset(m);
    pt_status status = check_classes(m, schema, err);
    struct pt_payload_reader r = {.host = m->host, .reader = reader, .err = err};
    if (status == PT_OK) {
        status = read_payload(m, schema, &r);
    }
    if (status != PT_OK) {
        logreg_reset(m);
    }
    return status;
}
