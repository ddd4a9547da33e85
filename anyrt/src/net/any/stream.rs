//! The connections of any backend, without a box.

/// Makes the type of a connection that is any backend's, and of which kind.
macro_rules! any_stream {
    ($(#[$doc:meta])* $name:ident($choice:ident) = $kind:ident) => {
        $(#[$doc])*
        pub struct $name(pub(super) $choice);

        pub(super) enum $choice {
            Tokio(<Tokio as NetDriver>::$kind),
            Smol(<Smol as NetDriver>::$kind),
            AsyncStd(<AsyncStd as NetDriver>::$kind),
            Sim(<Sim as NetDriver>::$kind),
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                any_stream!(@each $choice &self.0, stream => std::fmt::Debug::fmt(stream, f))
            }
        }

        impl futures_io::AsyncRead for $name {
            fn poll_read(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buf: &mut [u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                any_stream!(@each $choice &mut self.get_mut().0, stream => {
                    std::pin::Pin::new(stream).poll_read(cx, buf)
                })
            }

            fn poll_read_vectored(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                bufs: &mut [std::io::IoSliceMut<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                any_stream!(@each $choice &mut self.get_mut().0, stream => {
                    std::pin::Pin::new(stream).poll_read_vectored(cx, bufs)
                })
            }
        }

        impl futures_io::AsyncWrite for $name {
            fn poll_write(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buf: &[u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                any_stream!(@each $choice &mut self.get_mut().0, stream => {
                    std::pin::Pin::new(stream).poll_write(cx, buf)
                })
            }

            fn poll_write_vectored(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                bufs: &[std::io::IoSlice<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                any_stream!(@each $choice &mut self.get_mut().0, stream => {
                    std::pin::Pin::new(stream).poll_write_vectored(cx, bufs)
                })
            }

            fn poll_flush(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                any_stream!(@each $choice &mut self.get_mut().0, stream => {
                    std::pin::Pin::new(stream).poll_flush(cx)
                })
            }

            fn poll_close(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                any_stream!(@each $choice &mut self.get_mut().0, stream => {
                    std::pin::Pin::new(stream).poll_close(cx)
                })
            }
        }
    };
    (@each $choice:ident $value:expr, $stream:ident => $do:expr) => {
        match $value {
            $choice::Tokio($stream) => $do,
            $choice::Smol($stream) => $do,
            $choice::AsyncStd($stream) => $do,
            $choice::Sim($stream) => $do,
        }
    };
}

pub(super) use any_stream;
