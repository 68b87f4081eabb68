"""Text to image: a caption becomes tokens, a transformer continues them, a decoder turns them into a picture.

The modules::

    vocabulary  the words, and every table that follows from them
    captions    rows of words: as tokens, completed, at random; which combinations training never shows
    grammar     sentences become captions, and captions sentences
    outlines    ten shapes as signed distances
    scenes      complete captions painted on 32 * 32 pixels
    checker     a scene read back from its pixels, blind to the caption
    codebooks   pure colours, and k-means
    tokens      the discrete autoencoder: a palette and a grid of masks
    prior       the causal transformer: p(image tokens | caption)
    decoding    drawing image tokens, with a key-value cache, temperature and guidance
    painter     the whole model; its shipped weights
    evaluation  the numbers of the model card
    learning    both halves from scratch, resumable
    train       the command: python -m aecourse.text_to_image.train

Captions are (batch, 10) everywhere, image tokens (batch, 197), images (batch, 3, 32, 32).
"""
