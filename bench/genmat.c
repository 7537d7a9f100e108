// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fixed matrices for timing models alone: float32 rows and a byte 0 or 1 a row as label.
//   big.f32, big.y      1,000,000 x 20: 50 overlapping Gaussian clusters of unequal sizes; labels
//                       from a logistic model of the row
//   trees.f32, trees.y  200,000 x 30: 10 normal, 10 counts, 10 noise; labels from thresholds and
//                       interactions. The last fifth of the rows is the test set.
// usage: genmat DIR [SEED [DIVISOR]]   (DIVISOR: so many times fewer rows)
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BIG_COLUMNS 20
#define TREE_COLUMNS 30
#define CLUSTERS 50

// SplitMix64 (https://prng.di.unimi.it/splitmix64.c).
static uint64_t next_bits(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(next_bits(state) >> 11) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(1 - uniform(state)));
    return radius * cos(6.283185307179586 * uniform(state));
}

struct output {
    FILE *rows;
    FILE *labels;
};

static FILE *create(const char *folder, const char *name, const char *ending)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    return f;
}

static struct output output_open(const char *folder, const char *name)
{
    return (struct output){create(folder, name, ".f32"), create(folder, name, ".y")};
}

static void output_row(struct output *o, const float *row, size_t n, int label)
{
    fwrite(row, sizeof *row, n, o->rows);
    fputc(label, o->labels);
}

static void output_close(struct output *o)
{
    int failed = ferror(o->rows) != 0 || ferror(o->labels) != 0;
    failed |= fclose(o->rows) != 0;
    failed |= fclose(o->labels) != 0;
    if (failed) {
        perror("genmat: write");
        exit(1);
    }
}

// What the big matrix is drawn from.
struct mixture {
    double centre[CLUSTERS][BIG_COLUMNS];
    double up_to[CLUSTERS]; // weights of clusters, summed up
    double weight[BIG_COLUMNS];
};

static void mixture_draw(struct mixture *m, uint64_t *state)
{
    double total = 0;
    for (int k = 0; k < CLUSTERS; k++) {
        for (int j = 0; j < BIG_COLUMNS; j++) {
            m->centre[k][j] = 1.6 * normal(state);
        }
        total += 1 / (1.0 + k * .15);
        m->up_to[k] = total;
    }
    for (int j = 0; j < BIG_COLUMNS; j++) {
        m->weight[j] = .45 * normal(state);
    }
}

static int yes_or_no(double log_odds, uint64_t *state)
{
    return uniform(state) < 1 / (1 + exp(-log_odds));
}

static void write_big(const char *folder, long n_rows, uint64_t *state)
{
    struct mixture m;
    mixture_draw(&m, state);
    struct output out = output_open(folder, "big");
    for (long i = 0; i < n_rows; i++) {
        float row[BIG_COLUMNS];
        double at = uniform(state) * m.up_to[CLUSTERS - 1];
        double z = -1.5;
        int k = 0;
        while (k < CLUSTERS - 1 && m.up_to[k] < at) {
            k++;
        }
        for (int j = 0; j < BIG_COLUMNS; j++) {
            row[j] = (float)(m.centre[k][j] + normal(state));
            z += m.weight[j] * row[j];
        }
        output_row(&out, row, BIG_COLUMNS, yes_or_no(z, state));
    }
    output_close(&out);
}

static void draw_tree_row(float *x, uint64_t *state)
{
    for (int j = 0; j < 10; j++) {
        x[j] = (float)normal(state);
    }
    for (int j = 10; j < 20; j++) {
        x[j] = (float)floor(exp(1.2 * normal(state) + (j - 10) * .25));
    }
    for (int j = 20; j < TREE_COLUMNS; j++) {
        x[j] = (float)uniform(state);
    }
}

static double tree_log_odds(const float *x)
{
    double z = -1.4 + (x[0] > .3 ? 1.1 : -.4) * (x[1] > 0 ? 1 : -.6) + .8 * sin(2 * x[2]) +
               (x[3] * x[4] > .2) * .9 + .5 * log1p(x[10]) - .35 * log1p(x[15]) +
               (x[12] > 2 && x[5] < 0) * 1.2 + .4 * fabs(x[6]) - .3 * x[7] * (x[8] > 1);
    return 1.3 * z;
}

static void write_trees(const char *folder, long n_rows, uint64_t *state)
{
    struct output out = output_open(folder, "trees");
    for (long i = 0; i < n_rows; i++) {
        float row[TREE_COLUMNS];
        draw_tree_row(row, state);
        output_row(&out, row, TREE_COLUMNS, yes_or_no(tree_log_odds(row), state));
    }
    output_close(&out);
}

int main(int argc, char **argv)
{
    long divisor = argc > 3 ? strtol(argv[3], NULL, 10) : 1;
    if (argc < 2 || argc > 4 || divisor < 1) {
        fprintf(stderr, "usage: genmat DIR [SEED [DIVISOR]]\n");
        return 2;
    }
    uint64_t state = argc > 2 ? strtoull(argv[2], NULL, 10) : 7;
    write_big(argv[1], 1000000 / divisor, &state);
    write_trees(argv[1], 200000 / divisor, &state);
    return 0;
}
