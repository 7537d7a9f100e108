// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt model: fitted from the host's data, applied, saved, explained.
#include <math.h>
#include <string.h>

#include "kmeans.h"
#include "pt_json.h"
#include "pt_payload.h"

#define FORMAT 2

void kmeans_reset(struct kmeans *m)
{
    pt_mem_free(m->host, m->result.centres);
    pt_mem_free(m->host, m->result.sizes);
    pt_mem_free(m->host, m->choices);
    kmeans_centres_release(m->host, &m->centres);
    pt_columns_release(m->host, &m->columns);
    m->result = (struct kmeans_result){0};
    m->choices = NULL;
    m->n_choices = 0;
}

static pt_status allocate(struct kmeans *m, uint32_t k, uint32_t d, pt_error *err)
{
    m->k = k;
    m->d = d;
    m->result.centres = pt_mem_zero(m->host, (uint64_t)k * d, sizeof *m->result.centres);
    m->result.sizes = pt_mem_zero(m->host, k, sizeof *m->result.sizes);
    if (m->result.centres == NULL || m->result.sizes == NULL) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u centres", k);
    }
    return PT_OK;
}

// The centres as the kernel wants them; their number is known now.
static pt_status pack_centres(struct kmeans *m, pt_error *err)
{
    kmeans_centres_release(m->host, &m->centres);
    if (!kmeans_centres_make(m->host, m->k, m->d, &m->centres)) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u centres", m->k);
    }
    if (!kmeans_centres_set(m->result.centres, &m->centres)) {
        return pt_fail(m->host, err, PT_E_DATA, NULL, "its centres are too large for distances");
    }
    return PT_OK;
}

static pt_status learn(struct kmeans *m, struct kmeans_fit *f)
{
    bool chooses = m->config->k == 0;
    if (f->n < f->k_most) {
        return pt_fail(m->host, f->err, PT_E_DATA, chooses ? "k_max" : "k",
                       "%s is %u, but there are only %llu rows", chooses ? "k_max" : "k", f->k_most,
                       (unsigned long long)f->n);
    }
    pt_status status = allocate(m, f->k_most, f->d, f->err);
    if (status == PT_OK) {
        status = pt_columns_copy(m->host, f->data->schema, &m->columns, f->err);
    }
    if (status == PT_OK) {
        status = kmeans_prepare(f);
    }
    if (status == PT_OK) {
        status = chooses ? kmeans_choose(m, f) : kmeans_learn(f, &m->result);
    }
    kmeans_unprepare(f);
    return status == PT_OK ? pack_centres(m, f->err) : status;
}

pt_status kmeans_fit_model(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct kmeans *m = self;
    kmeans_reset(m);
    struct kmeans_fit f = {
        .host = m->host,
        .data = data,
        .run = run,
        .err = err,
        .config = m->config,
        .k = (uint32_t)m->config->k,
        .k_most = (uint32_t)(m->config->k == 0 ? m->config->k_max : m->config->k),
        .d = data->schema->n_columns,
        .n = data->n_rows,
    };
    pt_status status = learn(m, &f);
    if (status != PT_OK) {
        kmeans_reset(m);
    }
    return status;
}

pt_status kmeans_check_learnt(const struct kmeans *m, pt_error *err)
{
    if (m->result.centres == NULL) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this k-means has learnt nothing yet");
    }
    return PT_OK;
}

struct scoring {
    struct kmeans_lead lead;
    uint16_t nearest[KMEANS_CHUNK];
    float tile[]; // KMEANS_TILE_MAX * d
};

static void score_chunk(const struct kmeans *m, const struct kmeans_rows *rows, struct scoring *w,
                        double *segment, double *distance)
{
    kmeans_kernel_of(m->host->cpu)->nearest(rows, &m->centres, w->tile, &w->lead);
    for (uint32_t i = 0; i < rows->n; i++) {
        w->nearest[i] = (uint16_t)w->lead.centre[i];
        segment[i] = w->nearest[i];
    }
    kmeans_distances(rows, m->result.centres, m->d, w->nearest, distance);
    for (uint32_t i = 0; i < rows->n; i++) {
        distance[i] = sqrt(distance[i]);
    }
}

pt_status kmeans_predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct kmeans *m = self;
    pt_status status = kmeans_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (block->cols != m->d) {
        return pt_fail(m->host, err, PT_E_INVALID, NULL, "%u columns instead of %u", block->cols,
                       m->d);
    }
    struct scoring *w =
        pt_mem_array(m->host, 1, sizeof *w + (uint64_t)KMEANS_TILE_MAX * m->d * sizeof w->tile[0]);
    if (w == NULL) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for a tile of rows");
    }
    w->lead.has_slack = false;
    for (uint64_t i = 0; i < block->rows; i += KMEANS_CHUNK) {
        struct kmeans_rows rows = {
            .x = (const float *)block->x + i * block->stride,
            .stride = block->stride,
            .n = (uint32_t)(block->rows - i < KMEANS_CHUNK ? block->rows - i : KMEANS_CHUNK),
        };
        score_chunk(m, &rows, w, out + i, out + block->rows + i);
    }
    pt_mem_free(m->host, w);
    return PT_OK;
}

pt_status kmeans_save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct kmeans *m = self;
    pt_status status = kmeans_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_payload_writer w = {.host = m->host, .writer = writer, .err = err};
    pt_payload_put_u32(&w, FORMAT);
    pt_payload_put_u32(&w, m->k);
    pt_payload_put_u32(&w, m->d);
    pt_payload_put_u32(&w, m->result.has_converged);
    pt_payload_put_u64(&w, m->result.rounds);
    pt_payload_put_f64(&w, m->result.inertia);
    for (uint32_t c = 0; c < m->k; c++) {
        pt_payload_put_u64(&w, m->result.sizes[c]);
    }
    pt_payload_put_f64s(&w, m->result.centres, (uint64_t)m->k * m->d);
    pt_payload_put_u32(&w, m->n_choices);
    for (uint32_t i = 0; i < m->n_choices; i++) {
        pt_payload_put_u32(&w, m->choices[i].k);
        pt_payload_put_f64(&w, m->choices[i].inertia);
        pt_payload_put_f64(&w, m->choices[i].silhouette);
    }
    return w.status;
}

static pt_status read_choices(struct kmeans *m, struct pt_payload_reader *r)
{
    uint32_t n = pt_payload_u32(r);
    if (r->status != PT_OK || n > KMEANS_K_MAX) {
        return pt_payload_refuse(r, "too many numbers of segments");
    }
    if (n == 0 || !pt_payload_fits(r, n, sizeof(uint32_t) + 2 * sizeof(double))) {
        return r->status;
    }
    m->choices = pt_mem_zero(m->host, n, sizeof *m->choices);
    if (m->choices == NULL) {
        return pt_fail(m->host, r->err, PT_E_NO_MEMORY, NULL, "no memory for %u figures", n);
    }
    bool is_there = false;
    for (uint32_t i = 0; i < n; i++) {
        struct kmeans_choice *c = &m->choices[i];
        c->k = pt_payload_u32(r);
        c->inertia = pt_payload_f64(r);
        c->silhouette = pt_payload_f64(r);
        is_there = is_there || c->k == m->k;
        if (r->status == PT_OK && (c->k == 0 || c->k > KMEANS_K_MAX || c->inertia < 0 ||
                                   c->silhouette < -1 || c->silhouette > 1)) {
            return pt_payload_refuse(r, "no figures of numbers of segments");
        }
    }
    m->n_choices = n;
    return r->status != PT_OK || is_there
               ? r->status
               : pt_payload_refuse(r, "its number of segments is not among those tried");
}

static pt_status read_payload(struct kmeans *m, const pt_schema *schema,
                              struct pt_payload_reader *r)
{
    if (pt_payload_u32(r) != FORMAT) {
        return pt_payload_refuse(r, "another format");
    }
    uint32_t k = pt_payload_u32(r);
    uint32_t d = pt_payload_u32(r);
    uint32_t has_converged = pt_payload_u32(r);
    uint64_t rounds = pt_payload_u64(r);
    double inertia = pt_payload_f64(r);
    if (r->status != PT_OK || k == 0 || k > KMEANS_K_MAX || d != schema->n_columns ||
        has_converged > 1 || inertia < 0) {
        return pt_payload_refuse(r, "its numbers do not fit each other");
    }
    if (!pt_payload_fits(r, (uint64_t)k * (d + 1), sizeof(double))) {
        return r->status;
    }
    pt_status status = allocate(m, k, d, r->err);
    if (status != PT_OK) {
        return status;
    }
    m->result.has_converged = (uint8_t)has_converged;
    m->result.rounds = rounds;
    m->result.inertia = inertia;
    for (uint32_t c = 0; c < k; c++) {
        m->result.sizes[c] = pt_payload_u64(r);
    }
    pt_payload_f64s(r, m->result.centres, (uint64_t)k * d);
    return r->status == PT_OK ? read_choices(m, r) : r->status;
}

pt_status kmeans_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct kmeans *m = self;
    kmeans_reset(m);
    struct pt_payload_reader r = {.host = m->host, .reader = reader, .err = err};
    pt_status status = read_payload(m, schema, &r);
    if (status == PT_OK) {
        status = pt_columns_copy(m->host, schema, &m->columns, err);
    }
    if (status == PT_OK) {
        status = pack_centres(m, err);
    }
    if (status != PT_OK) {
        kmeans_reset(m);
    }
    return status;
}

static pt_status check_permutation(const struct kmeans *m, const uint32_t *new_of, uint32_t n,
                                   pt_error *err)
{
    uint8_t is_taken[KMEANS_K_MAX] = {0};
    for (uint32_t c = 0; c < n; c++) {
        if (n > m->k || new_of[c] >= n || is_taken[new_of[c]] != 0) {
            return pt_fail(m->host, err, PT_E_INVALID, NULL, "no order of %u segments", m->k);
        }
        is_taken[new_of[c]] = 1;
    }
    return PT_OK;
}

pt_status kmeans_renumber(void *self, const uint32_t *new_of, uint32_t n, pt_error *err)
{
    struct kmeans *m = self;
    pt_status status = kmeans_check_learnt(m, err);
    if (status == PT_OK) {
        status = check_permutation(m, new_of, n, err);
    }
    if (status != PT_OK) {
        return status;
    }
    double *centres = pt_mem_array(m->host, (uint64_t)m->k * m->d, sizeof *centres);
    uint64_t *sizes = pt_mem_array(m->host, m->k, sizeof *sizes);
    if (centres == NULL || sizes == NULL) {
        pt_mem_free(m->host, centres);
        pt_mem_free(m->host, sizes);
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u centres", m->k);
    }
    for (uint32_t c = 0; c < m->k; c++) {
        uint32_t to = c < n ? new_of[c] : c;
        memcpy(centres + (uint64_t)to * m->d, m->result.centres + (uint64_t)c * m->d,
               m->d * sizeof *centres);
        sizes[to] = m->result.sizes[c];
    }
    pt_mem_free(m->host, m->result.centres);
    pt_mem_free(m->host, m->result.sizes);
    m->result.centres = centres;
    m->result.sizes = sizes;
    return pack_centres(m, err);
}

static void explain_choices(const struct kmeans *m, struct pt_json *j)
{
    pt_json_key(j, "choices");
    pt_json_open(j, '[');
    for (uint32_t i = 0; i < m->n_choices; i++) {
        pt_json_open(j, '{');
        pt_json_key(j, "k");
        pt_json_u64(j, m->choices[i].k);
        pt_json_key(j, "inertia");
        pt_json_f64(j, m->choices[i].inertia);
        pt_json_key(j, "silhouette");
        pt_json_f64(j, m->choices[i].silhouette);
        pt_json_close(j, '}');
    }
    pt_json_close(j, ']');
}

static void explain_centre(const struct kmeans *m, uint32_t c, struct pt_json *j)
{
    const double *centre = m->result.centres + (uint64_t)c * m->d;
    pt_json_open(j, '{');
    pt_json_key(j, "segment");
    pt_json_u64(j, c);
    pt_json_key(j, "size");
    pt_json_u64(j, m->result.sizes[c]);
    pt_json_key(j, "prepared");
    pt_json_open(j, '[');
    for (uint32_t i = 0; i < m->d; i++) {
        pt_json_f64(j, centre[i]);
    }
    pt_json_close(j, ']');
    pt_json_key(j, "raw");
    pt_json_open(j, '[');
    for (uint32_t i = 0; i < m->d; i++) {
        pt_json_f64(j, pt_column_raw(&m->columns.items[i], centre[i]));
    }
    pt_json_close(j, ']');
    pt_json_close(j, '}');
}

pt_status kmeans_explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct kmeans *m = self;
    pt_status status = kmeans_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_json j = {.host = m->host};
    pt_json_open(&j, '{');
    pt_json_key(&j, "k");
    pt_json_u64(&j, m->k);
    pt_json_key(&j, "inertia");
    pt_json_f64(&j, m->result.inertia);
    pt_json_key(&j, "rounds");
    pt_json_u64(&j, m->result.rounds);
    pt_json_key(&j, "converged");
    pt_json_bool(&j, m->result.has_converged != 0);
    if (m->n_choices > 0) {
        explain_choices(m, &j);
    }
    pt_json_key(&j, "columns");
    pt_json_open(&j, '[');
    for (uint32_t i = 0; i < m->d; i++) {
        pt_json_text(&j, m->columns.items[i].name);
    }
    pt_json_close(&j, ']');
    pt_json_key(&j, "centres");
    pt_json_open(&j, '[');
    for (uint32_t c = 0; c < m->k; c++) {
        explain_centre(m, c, &j);
    }
    pt_json_close(&j, ']');
    pt_json_close(&j, '}');
    return pt_json_write(&j, writer, err);
}
