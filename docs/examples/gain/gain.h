/* SPDX-License-Identifier: GPL-2.0-only */
/* What the application and the skeleton have to agree upon: gain.idl, for a compiler. */
#ifndef GAIN_H
#define GAIN_H

/* The file that the DSP loads, and the function in it that takes all calls. */
#define GAIN_URI	"file:///libgain_skel.so?gain_skel_invoke&_modver=1.0&_dom=cdsp"

/* 0 and 1 are the same in every interface. */
enum gain_method {
	GAIN_OPEN,
	GAIN_CLOSE,
	GAIN_SCALE,
	GAIN_COUNT,
};

#define GAIN_ONE	256	/* the gain that changes nothing */

#endif
