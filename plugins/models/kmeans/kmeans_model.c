// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt model: fitted from the host's data, applied, saved, explained.
#include <math.h>
#include <string.h>

#include "kmeans.h"
#include "pt_json.h"
#include "pt_payload.h"

#define FORMAT 1

void kmeans_reset(struct kmeans *m)
{
    pt_mem_free(m->host, m->result.centres);
    pt_mem_free(m->host, m->result.sizes);
    pt_mem_free(m->host, m->turned.t);
    pt_columns_release(m->host, &m->columns);
    m->result = (struct kmeans_result){0};
    m->turned = (struct kmeans_centres){0};
}

static pt_status allocate(struct kmeans *m, uint32_t k, uint32_t d, pt_error *err)
{
    m->k = k;
    m->d = d;
    m->turned = (struct kmeans_centres){.k = k, .d = d, .stride = kmeans_stride(k)};
    m->result.centres = pt_mem_zero(m->host, (uint64_t)k * d, sizeof *m->result.centres);
    m->result.sizes = pt_mem_zero(m->host, k, sizeof *m->result.sizes);
    m->turned.t = pt_mem_zero(m->host, (uint64_t)m->turned.stride * d, sizeof *m->turned.t);
    if (m->result.centres == NULL || m->result.sizes == NULL || m->turned.t == NULL) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for %u centres", k);
    }
    return PT_OK;
}

static pt_status find_blocks(struct kmeans_fit *f)
{
    for (uint32_t b = 0; b < f->data->n_blocks; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = f->data->block(f->data->ctx, b, &block, f->err);
        if (status != PT_OK) {
            return status;
        }
        f->first_row[b] = block.first_row;
    }
    return PT_OK;
}

struct moments {
    struct kmeans_fit *f;
    const double *means; // NULL in the first pass
};

static pt_status add_moments(void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err)
{
    const struct moments *m = arg;
    double *sums = state;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = m->f->data->block(m->f->data->ctx, (uint32_t)b, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t i = 0; i < block.rows; i++) {
            const double *x = (const double *)block.x + i * block.stride;
            for (uint32_t j = 0; j < m->f->d; j++) {
                double gap = m->means == NULL ? x[j] : x[j] - m->means[j];
                sums[j] += m->means == NULL ? gap : gap * gap;
            }
        }
    }
    return PT_OK;
}

static void combine_moments(void *arg, void *into, const void *from)
{
    const struct moments *m = arg;
    for (uint32_t j = 0; j < m->f->d; j++) {
        ((double *)into)[j] += ((const double *)from)[j];
    }
}

// tol is a share of the columns' mean variance.
static pt_status find_shift_limit(struct kmeans_fit *f)
{
    if (!(f->config->tol > 0)) {
        return PT_OK;
    }
    double *means = f->run->scratch(f->run, f->d * sizeof *means);
    double *squares = f->run->scratch(f->run, f->d * sizeof *squares);
    if (means == NULL || squares == NULL) {
        return kmeans_out_of_memory(f);
    }
    struct moments m = {.f = f};
    uint64_t size = f->d * sizeof *means;
    pt_status status = f->run->map_reduce(f->run, f->data->n_blocks, size, add_moments,
                                          combine_moments, &m, means, f->err);
    if (status != PT_OK) {
        return status;
    }
    for (uint32_t j = 0; j < f->d; j++) {
        means[j] /= (double)f->n;
    }
    m.means = means;
    status = f->run->map_reduce(f->run, f->data->n_blocks, size, add_moments, combine_moments, &m,
                                squares, f->err);
    double sum = 0;
    for (uint32_t j = 0; j < f->d; j++) {
        sum += squares[j] / (double)f->n;
    }
    f->shift_limit = f->config->tol * sum / f->d;
    return status;
}

static pt_status prepare_fit(struct kmeans_fit *f)
{
    const pt_run *run = f->run;
    uint64_t cells = (uint64_t)f->k * f->d;
    f->first_row = run->scratch(run, f->data->n_blocks * sizeof *f->first_row);
    f->centres = run->scratch(run, cells * sizeof *f->centres);
    f->nearest = run->scratch(run, f->n * sizeof *f->nearest);
    f->distance = run->scratch(run, f->n * sizeof *f->distance);
    f->state = run->scratch(run, (KMEANS_STATE_SIZES + f->k + cells) * sizeof *f->state);
    f->turned = (struct kmeans_centres){.k = f->k, .d = f->d, .stride = kmeans_stride(f->k)};
    f->turned.t = run->scratch(run, (uint64_t)f->turned.stride * f->d * sizeof *f->turned.t);
    if (f->first_row == NULL || f->centres == NULL || f->nearest == NULL || f->distance == NULL ||
        f->state == NULL || f->turned.t == NULL) {
        return kmeans_out_of_memory(f);
    }
    pt_status status = find_blocks(f);
    return status == PT_OK ? find_shift_limit(f) : status;
}

static pt_status learn(struct kmeans *m, struct kmeans_fit *f)
{
    if (f->n < f->k) {
        return pt_fail(m->host, f->err, PT_E_DATA, "k", "k is %u, but there are only %llu rows",
                       f->k, (unsigned long long)f->n);
    }
    pt_status status = allocate(m, f->k, f->d, f->err);
    if (status == PT_OK) {
        status = pt_columns_copy(m->host, f->data->schema, &m->columns, f->err);
    }
    if (status == PT_OK) {
        status = prepare_fit(f);
    }
    if (status == PT_OK) {
        status = kmeans_learn(f, &m->result);
    }
    return status;
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
        .d = data->schema->n_columns,
        .n = data->n_rows,
    };
    pt_status status = learn(m, &f);
    if (status != PT_OK) {
        kmeans_reset(m);
        return status;
    }
    kmeans_turn(m->result.centres, &m->turned);
    return PT_OK;
}

static pt_status check_learnt(const struct kmeans *m, pt_error *err)
{
    if (m->result.centres == NULL) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this k-means has learnt nothing yet");
    }
    return PT_OK;
}

pt_status kmeans_predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct kmeans *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (block->cols != m->d) {
        return pt_fail(m->host, err, PT_E_INVALID, NULL, "%u columns instead of %u", block->cols,
                       m->d);
    }

    enum { CHUNK = 512 };

    uint32_t nearest[CHUNK];
    double *distance = out + block->rows;
    for (uint64_t i = 0; i < block->rows; i += CHUNK) {
        struct kmeans_rows rows = {
            .x = (const double *)block->x + i * block->stride,
            .stride = block->stride,
            .n = block->rows - i < CHUNK ? block->rows - i : CHUNK,
        };
        kmeans_nearest(&rows, &m->turned, nearest, distance + i);
        for (uint64_t j = 0; j < rows.n; j++) {
            out[i + j] = nearest[j];
            distance[i + j] = sqrt(distance[i + j]);
        }
    }
    return PT_OK;
}

pt_status kmeans_save(const void *self, const pt_host *host, pt_writer *writer, pt_error *err)
{
    const struct kmeans *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_payload_writer w = {.host = host, .writer = writer, .err = err};
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
    return w.status;
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
    return r->status;
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
    if (status != PT_OK) {
        kmeans_reset(m);
        return status;
    }
    kmeans_turn(m->result.centres, &m->turned);
    return PT_OK;
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
    pt_status status = check_learnt(m, err);
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
    kmeans_turn(m->result.centres, &m->turned);
    return PT_OK;
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
    pt_status status = check_learnt(m, err);
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
