// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The loop over the rows of one block, compiled once a processor level. Exponential and logarithm
// after Cephes (expf, logf), without branches, so that loops become vector code: about 1e-7
// relative, far below what the histograms keep. Sums go over fixed lanes and nothing is fused, so
// every level gives the same bytes.
#ifndef GBDT_LOSS_KERNEL_H
#define GBDT_LOSS_KERNEL_H

#include <math.h>
#include <string.h>

#include "gbdt.h"
#include "gbdt_loss.h"

#define KERNEL inline __attribute__((always_inline))
#define GBDT_BLOCK 1024u
#define LANES 8u

static KERNEL float bits_to_float(int32_t bits)
{
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static KERNEL int32_t float_to_bits(float value)
{
    int32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

// e^x for x in [-87, 0].
static KERNEL float exp_below(float x)
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
static KERNEL float log_above(float z)
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

static KERNEL struct logistic logistic_at(float margin, float label)
{
    // At most 80, compared as whole numbers: gcc makes a branch of the same compare of floats, and
    // the loop would not become vector code.
    int32_t size = float_to_bits(fabsf(margin));
    int32_t most = float_to_bits(80.0f);
    float far = bits_to_float(size < most ? size : most);
    float e = exp_below(-far);
    float below = e / (1.0f + e); // the smaller of p and 1 - p
    struct logistic l = {.p = margin > 0 ? 1.0f - below : below};
    float toward = margin * (2.0f * label - 1.0f); // > 0: on the right side
    l.loss = log_above(e) + (toward < 0 ? -toward : 0.0f);
    return l;
}

// What a row gives, by place in the block.
struct gbdt_block {
    float gradient[GBDT_BLOCK];
    float hessian[GBDT_BLOCK];
    float loss[GBDT_BLOCK];
};

static KERNEL void squared_rows(const struct gbdt_rows *r, struct gbdt_block *out)
{
    for (uint64_t i = 0; i < r->n; i++) {
        float gap = r->margin[i] - r->label[i];
        out->gradient[i] = r->weight[i] * gap;
        out->hessian[i] = r->weight[i];
        out->loss[i] = r->weight[i] * gap * gap;
    }
}

static KERNEL void logistic_rows(const struct gbdt_rows *r, struct gbdt_block *out)
{
    for (uint64_t i = 0; i < r->n; i++) {
        struct logistic l = logistic_at(r->margin[i], r->label[i]);
        out->gradient[i] = r->weight[i] * (l.p - r->label[i]);
        out->hessian[i] = r->weight[i] * l.p * (1.0f - l.p);
        out->loss[i] = r->weight[i] * l.loss;
    }
}

// Sum of a block's first n values or of their sizes; what lies behind them is 0.
static KERNEL double sum_lanes(const float *values, uint64_t n, bool is_absolute)
{
    double lanes[LANES] = {0};
    for (uint64_t i = 0; i < n; i += LANES) {
        for (uint32_t k = 0; k < LANES; k++) {
            float value = is_absolute ? fabsf(values[i + k]) : values[i + k];
            lanes[k] += (double)value;
        }
    }
    double sum = 0;
    for (uint32_t k = 0; k < LANES; k++) {
        sum += lanes[k];
    }
    return sum;
}

// At most GBDT_BLOCK rows with weights.
static KERNEL void block_gradients(int32_t loss, const struct gbdt_rows *r, union gbdt_stat *stat,
                                   struct gbdt_sums *sums)
{
    struct gbdt_block block;
    for (uint64_t i = r->n; i < GBDT_BLOCK && i < r->n + LANES; i++) {
        block.gradient[i] = block.hessian[i] = block.loss[i] = 0;
    }
    if (loss == GBDT_SQUARED) {
        squared_rows(r, &block);
    } else {
        logistic_rows(r, &block);
    }
    sums->gradient += sum_lanes(block.gradient, r->n, true);
    sums->hessian += sum_lanes(block.hessian, r->n, false);
    sums->loss += sum_lanes(block.loss, r->n, false);
    for (uint64_t i = 0; i < r->n; i++) {
        stat[i].real.gradient = block.gradient[i];
        stat[i].real.hessian = block.hessian[i];
    }
}

#endif
