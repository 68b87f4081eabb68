"""Text to image: a caption becomes tokens, a transformer continues them, a decoder turns them into a picture.

The modules::

    captions    a small grammar: parse, print, tokens; which combinations training never shows
    outlines    ten shapes as signed distances
    scenes      complete captions rendered to 32 * 32 pixels
    checker     a scene read back from its pixels, blind to the caption
    tokens      the discrete autoencoder: a palette and a grid of masks
    prior       the causal transformer: p(image tokens | caption tokens)
    sampling    drawing tokens, with a key-value cache, temperature and guidance
    painter     the whole model; its shipped weights
    evaluation  the figures of the model card
    training    both halves from scratch, resumable
    train       the command: python -m aecourse.text_to_image.train
"""
