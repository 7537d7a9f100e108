// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Run services of a model: parallel work with one fixed result, random numbers, linear algebra.
//
// Results depend on the data and the seed, never on threads: map_reduce cuts the blocks into fixed
// virtual partitions and combines them in one fixed order.
#ifndef PORTRAIT_RUN_H
#define PORTRAIT_RUN_H

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

typedef struct pt_run pt_run;

// Double-precision BLAS/LAPACK of the host, column-major as in the reference interfaces
// (https://www.netlib.org/blas). The host pins the library to one thread. trans: 'N' or 'T';
// uplo: 'U' or 'L'. Return: 0, or LAPACK's info. [any]
typedef struct pt_blas {
    uint32_t struct_size;
    uint32_t reserved;
    void (*dgemm)(char trans_a, char trans_b, int32_t m, int32_t n, int32_t k, double alpha,
                  const double *a, int32_t lda, const double *b, int32_t ldb, double beta,
                  double *c, int32_t ldc);
    void (*dsyrk)(char uplo, char trans, int32_t n, int32_t k, double alpha, const double *a,
                  int32_t lda, double beta, double *c, int32_t ldc);
    void (*dgemv)(char trans, int32_t m, int32_t n, double alpha, const double *a, int32_t lda,
                  const double *x, int32_t incx, double beta, double *y, int32_t incy);
    int32_t (*dpotrf)(char uplo, int32_t n, double *a, int32_t lda);
    int32_t (*dpotrs)(char uplo, int32_t n, int32_t nrhs, const double *a, int32_t lda, double *b,
                      int32_t ldb);
} pt_blas;

// Adds blocks [begin, end) of the data into `state`, which starts as zero bytes. [worker]
typedef pt_status (*pt_map_fn)(const void *arg, uint64_t begin, uint64_t end, void *state,
                               pt_error *err);
// Adds `from` into `into`; called in one fixed order. [any one thread]
typedef void (*pt_combine_fn)(const void *arg, void *into, const void *from);
// Does items [begin, end) of a loop whose items write to places of their own. [worker]
typedef pt_status (*pt_range_fn)(void *arg, uint64_t begin, uint64_t end, pt_error *err);

typedef struct pt_metric {
    const char *name;
    double value;
} pt_metric;

struct pt_run {
    uint32_t struct_size;
    uint32_t threads; // readers of this number choose buffers, never results
    void *ctx;
    uint64_t seed;
    const pt_blas *blas;

    // Maps `n` items over fixed virtual partitions and combines their states (state_size bytes
    // each) into `out`, which the call zeroes first. [instance]
    pt_status (*map_reduce)(const pt_run *run, uint64_t n, uint64_t state_size, pt_map_fn map,
                            pt_combine_fn combine, const void *arg, void *out, pt_error *err);
    // Calls fn over [0, n) in ranges of about `grain`. [instance]
    pt_status (*parallel_for)(const pt_run *run, uint64_t n, uint64_t grain, pt_range_fn fn,
                              void *arg, pt_error *err);
    // 1 once the run was asked to stop. [any]
    uint8_t (*cancelled)(const pt_run *run);
    // Shows progress: `fraction` in [0, 1] and a few numbers. [instance]
    void (*progress)(const pt_run *run, double fraction, const pt_metric *metrics, uint32_t n);
    // The `index`-th 64 random bits of `stream`: a pure function of (seed, stream, index). [any]
    uint64_t (*random)(const pt_run *run, uint64_t stream, uint64_t index);
    // Memory that lives until the callback returns, 64-byte aligned; NULL when the budget is used
    // up. [any]
    void *(*scratch)(const pt_run *run, uint64_t size);
};

PT_EXTERN_C_END

#endif
