// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The library is loaded when the first model asks: at the start of the process it would cost every
// command its relocations, and start threads that spin. Debian's OpenBLAS has no LAPACKE: LAPACK is
// called by its Fortran symbols, declared here.
#include "blas.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

// The hidden last argument is the length of the character argument in the Fortran convention.
typedef void potrf_fn(const char *uplo, const int *n, double *a, const int *lda, int *info,
                      size_t uplo_len);
typedef void potrs_fn(const char *uplo, const int *n, const int *nrhs, const double *a,
                      const int *lda, double *b, const int *ldb, int *info, size_t uplo_len);

struct library {
    pthread_once_t once;
    bool is_there;
    char fault[256];
    __typeof__(cblas_dgemm) *dgemm;
    __typeof__(cblas_dsyrk) *dsyrk;
    __typeof__(cblas_dgemv) *dgemv;
    __typeof__(openblas_set_num_threads) *set_threads;
    potrf_fn *potrf;
    potrs_fn *potrs;
};

static struct library library = {.once = PTHREAD_ONCE_INIT};

static void note_fault(void)
{
    const char *text = dlerror();
    strncpy(library.fault, text == NULL ? "unknown" : text, sizeof library.fault - 1);
}

static void load(void)
{
    void *file = dlopen(PORTRAIT_BLAS, RTLD_NOW | RTLD_LOCAL);
    if (file == NULL) {
        note_fault();
        return;
    }

    const struct {
        const char *name;
        void *slot; // a pointer to a function; POSIX lets dlsym give one
    } wanted[] = {
        {"cblas_dgemm", &library.dgemm}, {"cblas_dsyrk", &library.dsyrk},
        {"cblas_dgemv", &library.dgemv}, {"openblas_set_num_threads", &library.set_threads},
        {"dpotrf_", &library.potrf},     {"dpotrs_", &library.potrs}};

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        void *found = dlsym(file, wanted[i].name);
        if (found == NULL) {
            note_fault();
            return;
        }
        memcpy(wanted[i].slot, &found, sizeof found);
    }
    library.set_threads(1);
    library.is_there = true;
}

static CBLAS_TRANSPOSE transpose_of(char c)
{
    return c == 'T' ? CblasTrans : CblasNoTrans;
}

static CBLAS_UPLO triangle_of(char c)
{
    return c == 'U' ? CblasUpper : CblasLower;
}

static void gemm(char trans_a, char trans_b, int32_t m, int32_t n, int32_t k, double alpha,
                 const double *a, int32_t lda, const double *b, int32_t ldb, double beta, double *c,
                 int32_t ldc)
{
    library.dgemm(CblasColMajor, transpose_of(trans_a), transpose_of(trans_b), m, n, k, alpha, a,
                  lda, b, ldb, beta, c, ldc);
}

static void syrk(char uplo, char trans, int32_t n, int32_t k, double alpha, const double *a,
                 int32_t lda, double beta, double *c, int32_t ldc)
{
    library.dsyrk(CblasColMajor, triangle_of(uplo), transpose_of(trans), n, k, alpha, a, lda, beta,
                  c, ldc);
}

static void gemv(char trans, int32_t m, int32_t n, double alpha, const double *a, int32_t lda,
                 const double *x, int32_t incx, double beta, double *y, int32_t incy)
{
    library.dgemv(CblasColMajor, transpose_of(trans), m, n, alpha, a, lda, x, incx, beta, y, incy);
}

static int32_t potrf(char uplo, int32_t n, double *a, int32_t lda)
{
    int info = 0;
    library.potrf(&uplo, &n, a, &lda, &info, 1);
    return info;
}

static int32_t potrs(char uplo, int32_t n, int32_t nrhs, const double *a, int32_t lda, double *b,
                     int32_t ldb)
{
    int info = 0;
    library.potrs(&uplo, &n, &nrhs, a, &lda, b, &ldb, &info, 1);
    return info;
}

pt_status blas_table(const pt_blas **out, struct pt_error *err)
{
    static const pt_blas table = {
        .struct_size = sizeof table,
        .dgemm = gemm,
        .dsyrk = syrk,
        .dgemv = gemv,
        .dpotrf = potrf,
        .dpotrs = potrs,
    };
    pthread_once(&library.once, load);
    if (!library.is_there) {
        FAIL(err, PT_E_UNSUPPORTED, "linear algebra is not there: %s", library.fault);
    }
    *out = &table;
    return PT_OK;
}
