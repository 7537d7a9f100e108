// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Run services of a model's fit(): parallel work with one fixed result, random numbers, linear
// algebra. Valid until fit() returns.
//
// Results depend on the data and the seed, never on threads: map_reduce cuts the blocks into fixed
// virtual partitions and combines them in one fixed order.
#ifndef PORTRAIT_RUN_H
#define PORTRAIT_RUN_H

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

typedef struct pt_run pt_run;

// Double-precision BLAS/LAPACK of the host, column-major as in the reference interfaces
// (https://www.netlib.org/blas, https://www.netlib.org/lapack). The host pins the library to one
// thread, so that a result depends on its arguments alone on one machine. trans: 'N' or 'T';
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

// Adds items [begin, end) into `state`, which starts as zero bytes and is 64-byte aligned. Several
// threads read `arg` at once, so it is constant. [worker]
typedef pt_status (*pt_map_fn)(const void *arg, uint64_t begin, uint64_t end, void *state,
                               pt_error *err);
// Adds `from` into `into`; called in one fixed order, in the thread that called map_reduce.
typedef void (*pt_combine_fn)(const void *arg, void *into, const void *from);
// Does items [begin, end) of a loop whose items write, through `arg`, to places of their own.
// [worker]
typedef pt_status (*pt_range_fn)(void *arg, uint64_t begin, uint64_t end, pt_error *err);

typedef struct pt_metric {
    const char *name; // lower case, words joined by _
    double value;
} pt_metric;

struct pt_run {
    uint32_t struct_size;
    uint32_t threads; // that work at once: for sizes of buffers, never for results
    void *ctx;        // the host's own
    uint64_t seed;    // of the pipeline
    const pt_blas *blas;

    // Maps `n` items (blocks, columns, rows) over fixed virtual partitions and combines their
    // states (state_size plain bytes each, no pointers) into `out`, which the call zeroes first.
    // How many partitions there are depends on n and state_size alone. A failure of a map is
    // the call's; of several, that of the lowest partition. A call from inside a map or range runs
    // in that thread alone. [instance]
    pt_status (*map_reduce)(const pt_run *run, uint64_t n, uint64_t state_size, pt_map_fn map,
                            pt_combine_fn combine, const void *arg, void *out, pt_error *err);
    // Calls fn over [0, n) in ranges of about `grain` items (0 = 1), in any order. A failure is
    // the call's, as with map_reduce; other ranges may have run. [instance]
    pt_status (*parallel_for)(const pt_run *run, uint64_t n, uint64_t grain, pt_range_fn fn,
                              void *arg, pt_error *err);
    // 1 once the run was asked to stop; map_reduce and parallel_for look by themselves between
    // ranges. [any]
    uint8_t (*cancelled)(const pt_run *run);
    // Shows progress: `fraction` in [0, 1] and a few numbers; copied. [instance]
    void (*progress)(const pt_run *run, double fraction, const pt_metric *metrics, uint32_t n);
    // The `index`-th 64 random bits of `stream`: a pure function of (seed, stream, index). [any]
    uint64_t (*random)(const pt_run *run, uint64_t stream, uint64_t index);
    // Memory that lives until fit() returns, 64-byte aligned, not cleared; NULL as with
    // pt_host.alloc. [any]
    void *(*scratch)(const pt_run *run, uint64_t size);
};

PT_EXTERN_C_END

#endif
