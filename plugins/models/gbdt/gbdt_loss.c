// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Exponential and logarithm after Cephes (expf, logf), without branches, so that loops over rows
// become vector code: about 1e-7 relative, far below what the histograms keep.
#include "gbdt_loss.h"

#include <math.h>
#include <string.h>

#include "gbdt.h"
#include "hist.h"

#define BLOCK 1024u // rows whose sums are added up in float-sized steps

static inline float bits_to_float(int32_t bits)
{
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline int32_t float_to_bits(float value)
{
    int32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// e^x for x in [-87, 0].
static inline float exp_below(float x)
{
    float fx = x * 1.44269504088896341f - 0.5f;
    int32_t n = (int32_t)fx; // towards zero: x is not above 0
    float fn = (float)n;
    float r = x - fn * 0.693359375f - fn * -2.12194440e-4f;
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * (r * r) + r + 1.0f;
    return y * bits_to_float((n + 127) * (1 << 23));
}

// ln(1 + z) for z in [0, 1].
static inline float log_above(float z)
{
    float x = 1.0f + z;
    // 1 + z in [1, 2]: halves above sqrt(2) so that the series is short.
    int32_t is_big = x > 1.41421356f;
    float m = is_big ? 0.5f * x - 1.0f : z;
    float q = m * m;
    float y = 7.0376836292e-2f;
    y = y * m - 1.1514610310e-1f;
    y = y * m + 1.1676998740e-1f;
    y = y * m - 1.2420140846e-1f;
    y = y * m + 1.4249322787e-1f;
    y = y * m - 1.6668057665e-1f;
    y = y * m + 2.0000714765e-1f;
    y = y * m - 2.4999993993e-1f;
    y = y * m + 3.3333331174e-1f;
    y = y * m * q - 0.5f * q + m;
    return is_big ? y + 0.69314718056f : y;
}

struct logistic {
    float p;
    float loss;
};

static inline struct logistic logistic_at(float margin, float label)
{
    float far = fabsf(margin);
    far = far > 80.0f ? 80.0f : far;
    float e = exp_below(-far);
    float below = e / (1.0f + e); // the smaller of p and 1 - p
    struct logistic l = {.p = margin > 0 ? 1.0f - below : below};
    float toward = margin * (2.0f * label - 1.0f); // > 0: on the right side
    l.loss = log_above(e) + (toward < 0 ? -toward : 0.0f);
    return l;
}

// Rows of one block; `weight` never NULL.
static void block_gradients(int32_t loss, const struct gbdt_rows *r, union gbdt_stat *stat,
                            float *row_loss)
{
    if (loss == GBDT_SQUARED) {
        for (uint64_t i = 0; i < r->n; i++) {
            float gap = r->margin[i] - r->label[i];
            stat[i].real.gradient = r->weight[i] * gap;
            stat[i].real.hessian = r->weight[i];
            row_loss[i] = r->weight[i] * gap * gap;
        }
        return;
    }
    for (uint64_t i = 0; i < r->n; i++) {
        struct logistic l = logistic_at(r->margin[i], r->label[i]);
        stat[i].real.gradient = r->weight[i] * (l.p - r->label[i]);
        stat[i].real.hessian = r->weight[i] * l.p * (1.0f - l.p);
        row_loss[i] = r->weight[i] * l.loss;
    }
}

static void add_sums(const union gbdt_stat *stat, const float *row_loss, const struct gbdt_rows *r,
                     struct gbdt_sums *sums)
{
    for (uint64_t i = 0; i < r->n; i++) {
        sums->gradient += (double)fabsf(stat[i].real.gradient);
        sums->hessian += (double)stat[i].real.hessian;
        sums->loss += (double)row_loss[i];
        sums->weight += (double)r->weight[i];
    }
}

void gbdt_gradients(int32_t loss, const struct gbdt_rows *rows, union gbdt_stat *stat,
                    struct gbdt_sums *sums)
{
    float row_loss[BLOCK];
    float ones[BLOCK];
    for (uint32_t i = 0; i < BLOCK; i++) {
        ones[i] = 1.0f;
    }
    for (uint64_t begin = 0; begin < rows->n; begin += BLOCK) {
        uint64_t n = rows->n - begin < BLOCK ? rows->n - begin : BLOCK;
        struct gbdt_rows block = {rows->label + begin,
                                  rows->weight == NULL ? ones : rows->weight + begin,
                                  rows->margin + begin, n};
        block_gradients(loss, &block, stat + begin, row_loss);
        add_sums(stat + begin, row_loss, &block, sums);
    }
}

void gbdt_losses(int32_t loss, const struct gbdt_rows *rows, struct gbdt_sums *sums)
{
    union gbdt_stat unused[BLOCK];
    for (uint64_t begin = 0; begin < rows->n; begin += BLOCK) {
        struct gbdt_rows part = *rows;
        part.label += begin;
        part.weight = rows->weight == NULL ? NULL : rows->weight + begin;
        part.margin += begin;
        part.n = rows->n - begin < BLOCK ? rows->n - begin : BLOCK;
        gbdt_gradients(loss, &part, unused, sums);
    }
}

void gbdt_pack(union gbdt_stat *stat, uint64_t n, double first_up, double second_up)
{
    for (uint64_t i = 0; i < n; i++) {
        double first = (double)stat[i].real.gradient * first_up;
        double second = (double)stat[i].real.hessian * second_up;
        int32_t g = (int32_t)(first + (first < 0 ? -0.5 : 0.5));
        uint32_t h = (uint32_t)(int64_t)(second + 0.5);
        stat[i].packed = hist_pack(g, h == 0 ? 1 : h);
    }
}
